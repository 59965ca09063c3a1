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

// A checker checks the responses and the sessions of one round.
type checker struct {
	node  *Node
	reg   *registry
	limit time.Duration // on one response

	mu        sync.Mutex
	row       *Row
	exchanges []*exchange
}

func (ch *checker) begin(e *exchange) {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	ch.exchanges = append(ch.exchanges, e)
}

// violation records a violation.
func (ch *checker) violation(kind violation, e *exchange, format string, args ...any) {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	text := fmt.Sprintf(format, args...)
	if e != nil && e.id != "" { // not a listing
		text = fmt.Sprintf("request %s (%d entries, status %d): %s", e.id, len(e.entries), e.status, text)
	}
	ch.row.violation(kind, text)
}

// responded checks the time of a response and the text of an error.
func (ch *checker) responded(r *http.Request, e *exchange) {
	took := e.ended.Sub(e.began)
	ch.mu.Lock()
	ch.row.addResponse(e, took)
	ch.mu.Unlock()
	if took > ch.limit {
		ch.violation(tooSlow, e, "%s %s took %.1f s", r.Method, r.URL.Path, took.Seconds())
	}
	if what := e.missingReason(); what != "" {
		ch.violation(noReason, e, "%s: code %q, message %q, details %q", what, e.code, e.message, e.details)
	}
}

// internals matches what callers must not see: addresses, and texts of Go and Redis.
var internals = regexp.MustCompile(`\d+\.\d+\.\d+\.\d+|dial tcp|i/o timeout|EOF|-?ERR |0x`)

// missingReason returns what is missing in an error response, or "" if it gives a
// reason.
func (e *exchange) missingReason() string {
	switch ofNode := e.code == "DCS.5024"; {
	case e.status < 400:
		return ""
	case e.code == "" || e.message == "":
		return "the response has no code or no message"
	case ofNode && !strings.Contains(e.details, " "):
		return "the response does not say what the node did"
	case ofNode && internals.MatchString(e.details):
		return "the response shows internals"
	}
	return ""
}

// checkTimeout limits the time in which the node must reply to the checker.
const checkTimeout = time.Minute

// check asks the node after a successful response whether a session that was meant is
// still connected.
func (ch *checker) check(ctx context.Context, e *exchange) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), checkTimeout)
	defer cancel()
	meant := ch.meantBy(e)
	ch.mu.Lock()
	if e.status == http.StatusNoContent {
		ch.row.Checked += e.distinct()
	}
	ch.mu.Unlock()
	for end := time.Now().Add(time.Second); len(meant) > 0; {
		names, err := ch.node.connected(ctx, meant)
		if err != nil {
			ch.violation(unchecked, e, "the node does not reply: %v", err)
			return
		}
		meant = slices.DeleteFunc(meant, func(s *Session) bool { return !names[s.Name] || ch.over(s) })
		if time.Now().After(end) { // the node may close a connection a little later
			break
		}
		if len(meant) > 0 {
			time.Sleep(20 * time.Millisecond)
		}
	}
	for _, s := range meant {
		ch.violation(false204, e, "%s at %v with id %d is still connected", s.Name, s.Addr, s.ID)
	}
}

// meantBy returns the sessions that must not be connected after the response.
func (ch *checker) meantBy(e *exchange) []*Session {
	ch.reg.mu.Lock()
	defer ch.reg.mu.Unlock()
	var found []*Session
	seen := map[*Session]bool{}
	add := func(s *Session) {
		if !seen[s] {
			seen[s] = true
			found = append(found, s)
		}
	}
	if e.all {
		for _, s := range ch.reg.byName {
			if s.connectedAt(e.began) && !s.protected() {
				add(s)
			}
		}
		return found
	}
	for i, a := range e.entries {
		if e.labelOf(i) == replaced && !e.shown(a) {
			continue // the response says that the session at the address was not killed
		}
		for _, s := range e.meant(ch.reg, a) {
			add(s)
		}
	}
	return found
}

// over reports whether the client has seen the session's end.
func (ch *checker) over(s *Session) bool {
	ch.reg.mu.Lock()
	defer ch.reg.mu.Unlock()
	return s.end != connected
}
