package faults

import "time"

// judgeLabels compares what the answers say of each entry with what the sessions
// themselves saw.
func (j *judge) judgeLabels(x *index) {
	for _, e := range j.exchanges {
		if !e.done() || e.all {
			continue
		}
		if e.outcome == nil {
			j.breach(wrongLabel, e, "the header X-Kill-Outcome is missing or not of its form: %q", e.header)
			continue
		}
		o := e.outcome
		if sum := o.killed + o.gone + o.replaced; sum != e.entries() {
			j.breach(wrongLabel, e, "%q counts %d, there are %d different entries", e.header, sum, e.entries())
		}
		labels := map[string]map[ask]bool{killed: {}, gone: {}, replaced: {}}
		for i, a := range e.asks {
			labels[e.labelled(i)][a] = true
			if e.returned != nil && string(e.returned[i]) != e.labelled(i) {
				j.breach(wrongLabel, e, "the Go client returns %q for the entry %d of %q", e.returned[i], i, e.header)
			}
			if what := j.mislabelled(x, e, a, e.labelled(i)); what != "" {
				j.breach(wrongLabel, e, "%v (id %d, listed as %q) is %s, but %s", a.addr, a.id, a.listed, e.labelled(i), what)
			}
		}
		if len(labels[killed]) != o.killed || len(labels[gone]) != o.gone || len(labels[replaced]) != o.replaced {
			j.breach(wrongLabel, e, "the bits of %q do not have its counts", e.header)
		}
	}
}

// mislabelled says what speaks against a label, "" where nothing does.
func (j *judge) mislabelled(x *index, e *exchange, a ask, label string) string {
	j.reg.mu.Lock()
	defer j.reg.mu.Unlock()
	var some []*Session // that the entry may have met
	for _, s := range j.reg.at(a) {
		if s.overlaps(e.began, e.ended) {
			some = append(some, s)
		}
	}
	meant := some
	if e.shown(a) {
		meant = nil
		if s := j.reg.byName[a.listed]; s != nil {
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
			return "the session that was listed had ended before, or lives"
		}
		if !a.addr.IsValid() && len(some) == 0 {
			return "" // it may have ended before it knew its id
		}
		return "no session ended there"
	case gone:
		for _, s := range meant {
			late := e.ended.Add(50 * time.Millisecond) // this side sees an end a little later
			if s.end == byNode && s.there(e.began) && s.ended.Before(late) && len(x.askers(s)) == 1 {
				return "it was connected, was closed meanwhile, and nobody else asked for it"
			}
		}
	case replaced:
		if a.listed == "" {
			return "it was never listed"
		}
		for _, s := range some {
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
