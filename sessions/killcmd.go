package sessions

import (
	"context"
	"encoding/binary"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// A killCmd kills one session, or whatever session is at an address. Its filters
// are alternatives: the next one is sent if the ones before it hit no session.
type killCmd struct {
	filters [][]string // of CLIENT KILL, those not sent yet

	queued  bool
	sent    bool
	pending int // replies not received yet
	replied bool
	killed  int64 // sessions
}

// maxEager is the largest number of kill commands of one request whose filters
// are all sent in one pipeline. If there are more, a filter is sent only after
// the one before it hit no session.
const maxEager = 4

// CLIENT KILL takes one type, and a session that subscribes is of another type
// than a plain one. Sessions of other types are never killed.
const (
	typeNormal = "normal"
	typePubSub = "pubsub"
)

// killCmd returns the command that kills a session which was just listed: by its
// id, type and address. A Unix socket's address is left out, because all its
// clients share it and a path may contain spaces.
func (s *Session) killCmd() *killCmd {
	filter := []string{"ID", strconv.FormatInt(s.ID, 10)}
	if s.Peer.IsValid() {
		filter = append(filter, "ADDR", s.Addr)
	}
	clientType := typeNormal
	if strings.Contains(s.Flags, "P") {
		clientType = typePubSub
	}
	return &killCmd{filters: [][]string{append(filter, "TYPE", clientType)}}
}

// killCmdAt returns the command that kills the session at an address without a
// list. The first type is tried again at the end, because a session may start or
// stop to subscribe in between.
func (c *conn) killCmdAt(addr netip.AddrPort) *killCmd {
	cmd := &killCmd{}
	texts := c.spellings(addr)
	for _, clientType := range []string{typeNormal, typePubSub, typeNormal} {
		for _, text := range texts {
			cmd.filters = append(cmd.filters, []string{"ADDR", text, "TYPE", clientType})
		}
	}
	return cmd
}

// spellings returns the texts by which the server may list an address, because
// CLIENT KILL ADDR compares texts. inet_ntop writes the IPv6 address ::1.2.3.4
// with or without dots, and a dual-stack socket shows ::ffff:1.2.3.4.
func (c *conn) spellings(addr netip.AddrPort) []string {
	a, usual := addr.Addr(), addr.String()
	if a.Is4() {
		if c.plainIPv4 {
			return []string{usual}
		}
		return []string{usual, netip.AddrPortFrom(netip.AddrFrom16(a.As16()), addr.Port()).String()}
	}
	bytes := a.As16()
	if binary.BigEndian.Uint64(bytes[:8]) != 0 || binary.BigEndian.Uint32(bytes[8:12]) != 0 || bytes[12] == 0 && bytes[13] == 0 {
		return []string{usual}
	}
	v4 := netip.AddrFrom4([4]byte(bytes[12:]))
	return []string{usual, "[::" + v4.String() + "]:" + strconv.Itoa(int(addr.Port()))}
}

// kill sends kill commands and waits for their replies.
func (c *conn) kill(ctx context.Context, cmds []*killCmd) error {
	return c.do(ctx, &request{kills: cmds, unsent: cmds})
}

// addKills adds kill commands of the requests, one of each in turn, until the
// pipeline has size of them.
func (p *pipeline) addKills(requests []*request, size int) {
	for more := true; more && p.kills < size; {
		more = false
		for _, r := range requests {
			if len(r.unsent) == 0 || p.kills >= size {
				continue
			}
			cmd := r.unsent[0]
			r.unsent = r.unsent[1:]
			more = true
			p.addKill(r, cmd)
		}
	}
}

// addKill adds the next filter of a kill command, or all of them if the request
// has at most maxEager commands.
func (p *pipeline) addKill(r *request, cmd *killCmd) {
	n := len(cmd.filters)
	if len(r.kills) > maxEager {
		n = 1
	}
	filters := cmd.filters[:n]
	cmd.filters, cmd.sent, cmd.pending = cmd.filters[n:], true, n
	r.inPipeline = true
	p.kills += n
	for _, filter := range filters {
		p.add(slices.Concat([]string{"CLIENT", "KILL"}, filter), func(v reply) {
			if r.finished { // its caller has stopped waiting
				return
			}
			cmd.pending--
			if v.err != nil {
				r.err, r.unsent = v.err, nil
				return
			}
			cmd.killed += parseInt(v.text)
			switch {
			case cmd.pending > 0 || r.err != nil:
			case cmd.killed == 0 && len(cmd.filters) > 0 && r.canceled:
			case cmd.killed == 0 && len(cmd.filters) > 0:
				r.unsent = append(r.unsent, cmd)
			default:
				cmd.replied = true
			}
		})
	}
}
