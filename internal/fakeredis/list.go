package fakeredis

import (
	"strings"
	"time"
)

func clientList(s *Server, p *peer, args []string) {
	listed, refusal := s.listed(args[2:])
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

// listed accepts one filter, TYPE t or ID i…, as Redis 7 does.
func (s *Server) listed(filter []string) (listed []*peer, refusal string) {
	switch {
	case len(filter) == 0:
		return s.peers, ""
	case len(filter) == 2 && strings.EqualFold(filter[0], "type"):
		kind, refusal := peerKind(filter[1])
		return s.withKind(kind), refusal
	case len(filter) > 1 && strings.EqualFold(filter[0], "id"):
		return s.withIDs(filter[1:])
	}
	return nil, "ERR syntax error"
}

func (s *Server) withKind(kind string) (found []*peer) {
	for _, p := range s.peers {
		if p.kind() == kind {
			found = append(found, p)
		}
	}
	return found
}

// withIDs keeps the order of the ids and their repetitions, because Redis looks up
// each of them.
func (s *Server) withIDs(ids []string) (found []*peer, refusal string) {
	for _, text := range ids {
		id, ok := parseInt(text)
		if !ok {
			return nil, "ERR Invalid client ID"
		}
		for _, p := range s.peers {
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
