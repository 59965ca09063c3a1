package sessions

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
	"github.com/stretchr/testify/require"
)

// BenchmarkParse parses a reply of 10,000 rows in memory.
func BenchmarkParse(b *testing.B) {
	const rows = 10_000
	reply := replyOf(rows)
	require.Equal(b, splitAndMap(reply), parseList(reply))
	infos := clientInfos(b, reply)
	for _, p := range []struct {
		name  string
		parse func() int
	}{
		{"ours", func() int { return len(parseList(reply)) }},
		{"split-and-map", func() int { return len(splitAndMap(reply)) }},
		{"go-redis", func() int { return len(infos()) }},
	} {
		b.Run(p.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(reply)))
			for b.Loop() {
				if n := p.parse(); n != rows {
					b.Fatalf("%d rows", n)
				}
			}
		})
	}
}

// clientInfos returns a function that reads the rows of reply with go-redis's parser.
// That parser is for CLIENT INFO, so each row is the reply to one command of a
// pipeline.
func clientInfos(b *testing.B, reply string) func() []redis.Cmder {
	var replies strings.Builder
	rows := 0
	for row := range strings.Lines(reply) {
		fmt.Fprintf(&replies, "$%d\r\n%s\r\n", len(row), row)
		rows++
	}
	conn := &replay{replies: replies.String()}
	client := redis.NewClient(&redis.Options{
		Protocol: 2, PoolSize: 1, DisableIdentity: true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
		Dialer:                   func(context.Context, string, string) (net.Conn, error) { return conn, nil },
	})
	b.Cleanup(func() { client.Close() })
	return func() []redis.Cmder {
		infos, err := client.Pipelined(context.Background(), func(pipe redis.Pipeliner) error {
			for range rows {
				pipe.ClientInfo(context.Background())
			}
			return nil
		})
		require.NoError(b, err)
		return infos
	}
}

// A replay is a connection in memory that returns the same replies to each pipeline.
type replay struct {
	net.Conn
	replies string
	rest    strings.Reader
}

func (r *replay) Write(p []byte) (int, error) {
	switch {
	case bytes.Contains(p, []byte("hello")):
		r.rest.Reset("-ERR unknown command\r\n")
	case r.rest.Len() == 0:
		r.rest.Reset(r.replies)
	}
	return len(p), nil
}

func (r *replay) Read(p []byte) (int, error)     { return r.rest.Read(p) }
func (*replay) Close() error                     { return nil }
func (*replay) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (*replay) SetDeadline(time.Time) error      { return nil }
func (*replay) SetReadDeadline(time.Time) error  { return nil }
func (*replay) SetWriteDeadline(time.Time) error { return nil }
