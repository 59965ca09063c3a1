package faults

import (
	"net/netip"
	"time"

	"github.com/dcs-sessions/dcs-sessions/client"
)

// An entry is one entry of a kill: an address, or an id if the address is zero.
type entry struct {
	addr   netip.AddrPort
	id     int64
	listed string // the name of the session in the caller's listing; "" without a listing
	run    int64  // of the server at the listing
}

// An exchange is one request that kills, with its response.
type exchange struct {
	id                     string // the request's
	entries                []entry
	all                    bool // a kill-all, which has no entries
	began                  time.Time
	ended                  time.Time
	run                    int64    // of the server at the response
	status                 int      // 0: no response
	header                 string   // X-Kill-Outcome
	outcome                *outcome // nil: the header is missing or malformed
	code, message, details string
	failure                error // if there was no response

	jobEnded time.Time       // of a kill-all that succeeded
	returned []client.Result // by the Go client for each entry; nil for another client
}

// shown reports whether the entry means the session that the caller has listed. A
// server that was started again since then does not know the listing, and treats the
// address as one that was never listed.
func (e *exchange) shown(a entry) bool { return a.listed != "" && a.run == e.run }

// done reports whether the response says that the kill is complete.
func (e *exchange) done() bool {
	if e.all {
		return !e.jobEnded.IsZero()
	}
	return e.status == 204 || e.status == 400 && e.header != ""
}

// nothing reports whether the response says that nothing was killed.
func (e *exchange) nothing() bool { return e.status >= 400 && e.status < 500 && !e.done() }

// closes returns the time after which the exchange killed no more. That is the time of
// the response if it is final. Otherwise it is the end of the round, because a node may
// run a command long after it has received it.
func (e *exchange) closes(round time.Time) time.Time {
	switch {
	case e.all && e.done():
		return e.jobEnded
	case e.done():
		return e.ended
	}
	return round
}

// meant returns the sessions of an entry that must not be connected after a 204: the
// listed session, or those that had the address or the id before the request was sent.
// The registry must be locked.
func (e *exchange) meant(r *registry, a entry) []*Session {
	if e.shown(a) {
		if s := r.byName[a.listed]; s != nil {
			return []*Session{s}
		}
		return nil
	}
	var found []*Session
	for _, s := range r.at(a) {
		if s.connectedAt(e.began) {
			found = append(found, s)
		}
	}
	return found
}

// at returns the sessions that had the entry's address or id at any time.
func (r *registry) at(a entry) []*Session {
	if a.addr.IsValid() {
		return r.byAddr[a.addr]
	}
	return r.byID[a.id]
}

// distinct returns the number of different entries.
func (e *exchange) distinct() int {
	seen := map[entry]struct{}{}
	for _, a := range e.entries {
		seen[a] = struct{}{}
	}
	return len(seen)
}

// labelOf returns the label of the i-th entry in the response, or "" if it has no
// outcome.
func (e *exchange) labelOf(i int) string {
	if e.outcome == nil {
		return ""
	}
	return e.outcome.label(i)
}
