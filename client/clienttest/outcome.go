package clienttest

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/dcs-sessions/dcs-sessions/gen"
)

// An entry is one of client_addrs or client_ids.
type entry struct {
	text string
	byID bool
}

func (e entry) isOf(c client.Session) bool {
	if e.byID {
		return c.ID == e.text
	}
	return c.Address() == e.text
}

// hangUp kills the sessions that a request names, and responds as a dcs-sessions
// server does: it refuses a request for a protected session, and does not kill a
// session that has taken an address since the address was listed.
func (s *Server) hangUp(body gen.HangUpClientsRequest) response {
	var entries []entry
	for _, addr := range body.ClientAddrs {
		entries = append(entries, entry{text: addr})
	}
	for _, id := range body.ClientIDs {
		entries = append(entries, entry{text: id, byID: true})
	}
	n := s.node(body.NodeID)
	if n == nil {
		n = &node{}
	}
	var protected, replaced, killed []string
	bits := map[string][]byte{"gone-at": make([]byte, (len(entries)+7)/8), "replaced-at": make([]byte, (len(entries)+7)/8)}
	distinct := map[string]map[string]bool{"killed": {}, "gone-at": {}, "replaced-at": {}}
	for i, e := range entries {
		at := slices.IndexFunc(n.sessions, e.isOf)
		what, who := "gone-at", fmt.Sprint(e)
		switch {
		case at < 0:
		case n.sessions[at].Protected:
			protected = append(protected, e.text)
			continue
		case !e.byID && n.shown[e.text] != "" && n.shown[e.text] != n.sessions[at].ID:
			what = "replaced-at"
			replaced = append(replaced, e.text)
		default:
			what, who = "killed", n.sessions[at].ID+" "+n.sessions[at].Address()
			killed = append(killed, who)
		}
		distinct[what][who] = true
		if what != "killed" {
			bits[what][i/8] |= 0x80 >> (i % 8)
		}
	}
	if len(protected) > 0 {
		refused := failure(http.StatusBadRequest, "DCS.4800", "A session that is named is protected.")
		return refused.with("Protected: " + strings.Join(protected, ", ") + ". Nothing was killed.")
	}
	n.sessions = slices.DeleteFunc(n.sessions, func(c client.Session) bool {
		return slices.Contains(killed, c.ID+" "+c.Address())
	})
	header := fmt.Sprintf("killed=%d, gone=%d, replaced=%d", len(distinct["killed"]), len(distinct["gone-at"]), len(distinct["replaced-at"]))
	for _, member := range []string{"gone-at", "replaced-at"} {
		if count := len(distinct[member]); count > 0 && count < len(distinct["killed"])+len(distinct["gone-at"])+len(distinct["replaced-at"]) {
			header += ", " + member + "=:" + base64.StdEncoding.EncodeToString(bits[member]) + ":"
		}
	}
	a := response{status: http.StatusNoContent}
	if len(replaced) > 0 {
		a = failure(http.StatusBadRequest, "DCS.4800", "Another session now uses an address of the request. That session was not killed; the others were.")
		a = a.with("Replaced: " + strings.Join(replaced, ", ") + ". List again.")
	}
	a.header = http.Header{"X-Kill-Outcome": {header}}
	return a
}

// with adds details to a failure.
func (a response) with(details string) response {
	e := a.body.(gen.ErrorResponse)
	e.ErrorExtMsg = details
	a.body = e
	return a
}
