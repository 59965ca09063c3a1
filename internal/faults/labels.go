package faults

import "time"

// checkLabels compares the labels in the responses with what the sessions saw.
func (ch *checker) checkLabels(index *requestIndex) {
	for _, e := range ch.exchanges {
		if !e.done() || e.all {
			continue
		}
		if e.outcome == nil {
			ch.violation(wrongLabel, e, "the header X-Kill-Outcome is missing or malformed: %q", e.header)
			continue
		}
		o := e.outcome
		if sum := o.killed + o.gone + o.replaced; sum != e.distinct() {
			ch.violation(wrongLabel, e, "%q counts %d, there are %d different entries", e.header, sum, e.distinct())
		}
		labels := map[string]map[entry]bool{killed: {}, gone: {}, replaced: {}}
		for i, a := range e.entries {
			labels[e.labelOf(i)][a] = true
			if e.returned != nil && string(e.returned[i]) != e.labelOf(i) {
				ch.violation(wrongLabel, e, "the Go client returns %q for the entry %d of %q", e.returned[i], i, e.header)
			}
			if what := ch.mismatch(index, e, a, e.labelOf(i)); what != "" {
				ch.violation(wrongLabel, e, "%v (id %d, listed as %q) is %s, but %s", a.addr, a.id, a.listed, e.labelOf(i), what)
			}
		}
		if len(labels[killed]) != o.killed || len(labels[gone]) != o.gone || len(labels[replaced]) != o.replaced {
			ch.violation(wrongLabel, e, "the bits of %q do not match its counts", e.header)
		}
	}
}

// mismatch returns what contradicts a label, or "".
func (ch *checker) mismatch(index *requestIndex, e *exchange, a entry, label string) string {
	ch.reg.mu.Lock()
	defer ch.reg.mu.Unlock()
	var sample []*Session // the sessions that the entry may have killed
	for _, s := range ch.reg.at(a) {
		if s.overlaps(e.began, e.ended) {
			sample = append(sample, s)
		}
	}
	meant := sample
	if e.shown(a) {
		meant = nil
		if s := ch.reg.byName[a.listed]; s != nil {
			meant = []*Session{s}
		}
	}
	switch label {
	case killed:
		for _, s := range meant {
			if s.overlaps(e.began, e.ended) && (s.end != connected || s.ID == 0) {
				return ""
			}
		}
		if e.shown(a) {
			return "the listed session had ended before, or is still connected"
		}
		if !a.addr.IsValid() && len(sample) == 0 {
			return "" // the session may have ended before its id was known
		}
		return "no session ended there"
	case gone:
		for _, s := range meant {
			late := e.ended.Add(50 * time.Millisecond) // the client sees the end a little later
			if s.end == byNode && s.connectedAt(e.began) && s.ended.Before(late) && len(index.requesters(s)) == 1 {
				return "it was connected, it was closed meanwhile, and no other request meant it"
			}
		}
	case replaced:
		if a.listed == "" {
			return "it was never listed"
		}
		for _, s := range sample {
			if s.Name != a.listed {
				return ""
			}
		}
		if a.addr.IsValid() && e.shown(a) {
			return "no other session was there"
		}
	}
	return ""
}
