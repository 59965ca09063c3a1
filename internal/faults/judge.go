package faults

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// A judge judges the answers of one round.
type judge struct {
	node  *Node
	reg   *registry
	limit time.Duration // on one answer

	mu        sync.Mutex
	row       *Row
	exchanges []*exchange
}

func (j *judge) begin(e *exchange) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.exchanges = append(j.exchanges, e)
}

// breach notes what must not be.
func (j *judge) breach(kind breach, e *exchange, format string, args ...any) {
	j.mu.Lock()
	defer j.mu.Unlock()
	text := fmt.Sprintf(format, args...)
	if e != nil && e.id != "" { // not a list
		text = fmt.Sprintf("request %s (%d entries, answered %d): %s", e.id, len(e.asks), e.status, text)
	}
	j.row.breach(kind, text)
}

// answered judges the time of an answer, and what an error says.
func (j *judge) answered(r *http.Request, e *exchange) {
	took := e.ended.Sub(e.began)
	j.mu.Lock()
	j.row.answer(e, took)
	j.mu.Unlock()
	if took > j.limit {
		j.breach(tooSlow, e, "%s %s took %.1f s", r.Method, r.URL.Path, took.Seconds())
	}
	if what := e.wordless(); what != "" {
		j.breach(noReason, e, "%s: code %q, message %q, details %q", what, e.code, e.message, e.details)
	}
}

// internals is what a caller has no use for: addresses, Go's and Redis's words.
var internals = regexp.MustCompile(`\d+\.\d+\.\d+\.\d+|dial tcp|i/o timeout|EOF|-?ERR |0x`)

// wordless says what is missing in an error's answer: "" where it says why.
func (e *exchange) wordless() string {
	switch ofNode := e.code == "DCS.5024"; {
	case e.status < 400:
		return ""
	case e.code == "" || e.message == "":
		return "the answer has no code or no message"
	case ofNode && !strings.Contains(e.details, " "):
		return "the answer does not say what the node did"
	case ofNode && internals.MatchString(e.details):
		return "the answer has internals"
	}
	return ""
}

// patience is for a node that cannot be asked yet.
const patience = time.Minute

// check asks the node itself, after an answer that says that all was done,
// whether a session that was meant is still connected.
func (j *judge) check(ctx context.Context, e *exchange) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	meant := j.meantBy(e)
	j.mu.Lock()
	if e.status == http.StatusNoContent {
		j.row.Checked += e.entries()
	}
	j.mu.Unlock()
	for end := time.Now().Add(time.Second); len(meant) > 0; {
		names, err := j.node.connected(ctx, meant)
		if err != nil {
			j.breach(unjudged, e, "the node cannot be asked: %v", err)
			return
		}
		meant = slices.DeleteFunc(meant, func(s *Session) bool { return !names[s.Name] || j.over(s) })
		if time.Now().After(end) { // a node may close a connection a little later
			break
		}
		if len(meant) > 0 {
			time.Sleep(20 * time.Millisecond)
		}
	}
	for _, s := range meant {
		j.breach(falseDone, e, "%s at %v with id %d is still connected", s.Name, s.Addr, s.ID)
	}
}

// meantBy returns the sessions that must not be connected after the answer.
func (j *judge) meantBy(e *exchange) []*Session {
	j.reg.mu.Lock()
	defer j.reg.mu.Unlock()
	var found []*Session
	seen := map[*Session]bool{}
	add := func(s *Session) {
		if !seen[s] {
			seen[s] = true
			found = append(found, s)
		}
	}
	if e.all {
		for _, s := range j.reg.byName {
			if s.there(e.began) && !s.protected() {
				add(s)
			}
		}
		return found
	}
	for i, a := range e.asks {
		if e.labelled(i) == replaced && !e.shown(a) {
			continue // whoever is there was left alone, and the answer says so
		}
		for _, s := range e.meant(j.reg, a) {
			add(s)
		}
	}
	return found
}

// over reports whether this side has seen the session's end.
func (j *judge) over(s *Session) bool {
	j.reg.mu.Lock()
	defer j.reg.mu.Unlock()
	return s.end != connected
}
