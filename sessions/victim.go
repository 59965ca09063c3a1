package sessions

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// A victim is what is left to do for one target.
type victim struct {
	id     int64    // 0: whatever is at the address
	addr   string   // "": by the id alone
	types  []string // that it may be of, the likelier first
	result *Result
}

// CLIENT KILL takes one type, and a session that subscribes is of another. No
// type that is not here is ever killed.
var (
	normalFirst = []string{"normal", "pubsub"}
	pubsubFirst = []string{"pubsub", "normal"}
)

// victims returns what is to be killed of targets. Of the others it writes the
// outcome.
func (s *sight) victims(targets []Target, outcomes []Outcome) []victim {
	var list []victim
	for i, t := range targets {
		result := &outcomes[i].Result
		r, gone := s.find(t)
		switch {
		case gone:
			*result = Gone
		case r == nil:
			list = append(list, victim{0, t.Addr.String(), normalFirst, result})
		case r.Protected():
			*result = Protected
		default:
			list = append(list, r.victim(result))
		}
	}
	return list
}

func (s *Session) victim(result *Result) victim {
	v := victim{s.ID, s.Addr, normalFirst, result}
	if !s.Peer.IsValid() {
		v.addr = "" // a path may have spaces, which the list does not quote
	}
	if strings.Contains(s.Flags, "P") {
		v.types = pubsubFirst
	}
	return v
}

// filter is CLIENT KILL's. With an id, which this connection has just read, the
// address is a second lock on the same door.
func (v victim) filter() []string {
	var filter []string
	if v.id > 0 {
		filter = append(filter, "ID", strconv.FormatInt(v.id, 10))
	}
	if v.addr != "" {
		filter = append(filter, "ADDR", v.addr)
	}
	return append(filter, "TYPE", v.types[0])
}

// kill kills the victims in chunks, and waits for the answers between them.
func (c *call) kill(ctx context.Context, p *pace, victims []victim) error {
	for len(victims) > 0 {
		if ctx.Err() != nil {
			return ended(ctx)
		}
		chunk := victims[:min(p.size, len(victims))]
		start := time.Now()
		again, err := c.killChunk(ctx, chunk)
		if err != nil {
			return failed(ctx, err)
		}
		p.note(len(chunk), time.Since(start))
		victims = append(victims[len(chunk):], again...)
	}
	return nil
}

// killChunk sends the kills of one chunk at a time, and returns those that are
// to be tried with their other type. There is no MULTI: it would stall others
// for as long as the whole chunk, the replies included.
func (c *call) killChunk(ctx context.Context, chunk []victim) (again []victim, err error) {
	pipe := c.conn.Pipeline()
	replies := make([]*redis.IntCmd, len(chunk))
	for i, v := range chunk {
		*v.result = Failed // until the answer is there
		replies[i] = pipe.ClientKillByFilter(ctx, v.filter()...)
	}
	_, err = pipe.Exec(ctx)
	for i, v := range chunk {
		switch killed, err := replies[i].Result(); {
		case err != nil:
		case killed > 0:
			*v.result = Killed
		case len(v.types) > 1:
			v.types = v.types[1:]
			again = append(again, v)
		default:
			*v.result = Gone
		}
	}
	return again, err
}
