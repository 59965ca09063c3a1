package localnode

import (
	"strings"
	"time"
)

func clientList(e *Embedded, p *peer, args []string) {
	listed, refusal := e.listed(args[2:])
	if refusal != "" {
		p.conn.WriteError(refusal)
		return
	}
	now := time.Now()
	var rows strings.Builder
	for _, p := range listed {
		rows.WriteString(p.row(now))
	}
	p.conn.WriteBulkString(rows.String())
}

// listed takes one filter, TYPE t or ID i…, as Redis 7 does.
func (e *Embedded) listed(filter []string) (listed []*peer, refusal string) {
	switch {
	case len(filter) == 0:
		return e.peers, ""
	case len(filter) == 2 && strings.EqualFold(filter[0], "type"):
		kind, refusal := peerKind(filter[1])
		return e.withKind(kind), refusal
	case len(filter) > 1 && strings.EqualFold(filter[0], "id"):
		return e.withIDs(filter[1:])
	}
	return nil, "ERR syntax error"
}

func (e *Embedded) withKind(kind string) (found []*peer) {
	for _, p := range e.peers {
		if p.kind() == kind {
			found = append(found, p)
		}
	}
	return found
}

// withIDs keeps the order of the ids and their repetitions: Redis looks each up.
func (e *Embedded) withIDs(ids []string) (found []*peer, refusal string) {
	for _, s := range ids {
		id, ok := parseInt(s)
		if !ok {
			return nil, "ERR Invalid client ID"
		}
		for _, p := range e.peers {
			if p.id == id {
				found = append(found, p)
			}
		}
	}
	return found, ""
}

func peerKind(s string) (kind, refusal string) {
	switch kind = strings.ToLower(s); kind {
	case "normal", "pubsub", "master", "replica", "slave":
		return kind, ""
	}
	return "", "ERR Unknown client type '" + s + "'"
}
