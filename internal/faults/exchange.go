package faults

import (
	"net/netip"
	"time"

	"github.com/dcs-sessions/dcs-sessions/client"
)

// An ask is one entry of a kill: an address, or an id where the address is zero.
type ask struct {
	addr   netip.AddrPort
	id     int64
	listed string // the name of the session that the caller was shown; "": it was shown none
	run    int64  // of the server, when it listed
}

// An exchange is one request that kills, and its answer.
type exchange struct {
	id                     string // the request's
	asks                   []ask
	all                    bool // a kill-all, which has no asks
	began                  time.Time
	ended                  time.Time
	run                    int64    // of the server, when the answer came
	status                 int      // 0: no answer
	header                 string   // X-Kill-Outcome
	outcome                *outcome // nil: no such header, or not one that can be read
	code, message, details string
	failure                error // where there was no answer

	jobEnded time.Time       // of a kill-all whose job has succeeded
	returned []client.Result // by the Go client, for each entry; nil: another client
}

// shown reports whether the entry means the session that the caller was shown:
// a server that was started again since knows no listing, and takes an address
// as one that was never listed.
func (e *exchange) shown(a ask) bool { return a.listed != "" && a.run == e.run }

// done reports whether the answer says that all that could be killed was.
func (e *exchange) done() bool {
	if e.all {
		return !e.jobEnded.IsZero()
	}
	return e.status == 204 || e.status == 400 && e.header != ""
}

// nothing reports whether the answer says that nothing was killed.
func (e *exchange) nothing() bool { return e.status >= 400 && e.status < 500 && !e.done() }

// closes returns when its kills were over: when the answer came, if it says so,
// and otherwise at the end of the round, for what a node has received it may do
// much later.
func (e *exchange) closes(round time.Time) time.Time {
	switch {
	case e.all && e.done():
		return e.jobEnded
	case e.done():
		return e.ended
	}
	return round
}

// meant returns the sessions of the entry that must not be connected after a
// 204: the one that was shown, or those that were at the address or had the id
// before the request was sent. The registry is locked.
func (e *exchange) meant(r *registry, a ask) []*Session {
	if e.shown(a) {
		if s := r.byName[a.listed]; s != nil {
			return []*Session{s}
		}
		return nil
	}
	var found []*Session
	for _, s := range r.at(a) {
		if s.there(e.began) {
			found = append(found, s)
		}
	}
	return found
}

// at returns the sessions that had the entry's address or id at any time.
func (r *registry) at(a ask) []*Session {
	if a.addr.IsValid() {
		return r.byAddr[a.addr]
	}
	return r.byID[a.id]
}

// entries returns how many different entries there are.
func (e *exchange) entries() int {
	seen := map[ask]struct{}{}
	for _, a := range e.asks {
		seen[a] = struct{}{}
	}
	return len(seen)
}

// labelled returns what the answer says of the i-th entry, "" where it has no
// outcome.
func (e *exchange) labelled(i int) string {
	if e.outcome == nil {
		return ""
	}
	return e.outcome.label(i)
}
