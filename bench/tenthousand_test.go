//go:build unix

package bench

import (
	"flag"
	"fmt"
	"net"
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/bench/internal/marked"
)

var tenThousand = flag.String("tenthousand", "",
	"a `file` to put a table between its markers into, of TestTenThousand with 10,000 sessions in place of a few")

const tenThousandCommand = "go test -run TenThousand -tenthousand README.md"

// A step is one task of an operator, over the API and by hand. One of the two may be
// missing.
type step struct {
	name  string
	kills victims
	ours  func(*operator) error
	hand  string // for a shell
}

type victims int

const (
	nobody victims = iota
	leaky          // those of this name
	everybody
)

var steps = []step{
	{"nothing, for half a second", nobody, (*operator).wait, "sleep 0.5"},
	{"list the first 10", nobody, (*operator).first, "redis-cli CLIENT LIST | head"},
	{"list all", nobody, (*operator).all, "redis-cli CLIENT LIST | wc"},
	{"list all, 10 a page", nobody, (*operator).allByTen, ""},
	{"kill 1,000 that were listed", leaky, (*operator).killLeaky,
		`awk '/ name=leaky / {print substr($2, 6)}' list | xargs -n1 redis-cli CLIENT KILL ADDR`},
	{"the same in one pipe", leaky, nil,
		`awk '/ name=leaky / {print "CLIENT KILL ADDR " substr($2, 6)}' list | redis-cli`},
	{"kill all", everybody, (*operator).killAll, "redis-cli CLIENT KILL TYPE normal"},
}

// TestTenThousand does the steps in both ways, each on a real server of its own, and
// checks after each step which sockets are closed.
func TestTenThousand(t *testing.T) {
	for _, tool := range []string{"redis-cli", "awk", "xargs"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(err)
		}
	}
	n, k, rounds := 100, 10, 1
	if *tenThousand != "" {
		n, k, rounds = 10_000, 1_000, 3
	}
	require.Equal(t, n, affordable(t, n), "the limit on open files is too low")
	var kind string
	seen := figures{}
	for round := range rounds {
		ways := []func(testing.TB, *crowd) way{overAPI, byHand}
		if round%2 == 1 { // nobody always follows the other
			slices.Reverse(ways)
		}
		for _, open := range ways {
			c := gather(t, n)
			kind = c.node.Kind()
			w := open(t, c)
			for _, s := range steps {
				if w.does(s) {
					seen.add(w.name, s.name, s.take(t, w, c, k))
				}
			}
			c.close()
		}
	}
	text := fmt.Sprintf("%d rounds, %s.\n\n%s", rounds, kind, seen.table())
	t.Log("\n" + text)
	if *tenThousand != "" {
		require.NoError(t, marked.Insert(*tenThousand, "Ten thousand", tenThousandCommand, text))
	}
}

// A figure is how long a step took, and the longest wait of a bystander in that time.
type figure struct{ took, stall time.Duration }

// take does the step and asserts that it closed exactly the right sockets.
func (s step) take(t *testing.T, w way, c *crowd, k int) figure {
	var doomed []net.Conn
	switch s.kills {
	case leaky:
		doomed, _ = c.victims(k)
		for _, conn := range doomed {
			call(t, conn, "CLIENT SETNAME leaky")
		}
		require.NoError(t, w.prepare())
	case everybody:
		doomed = c.conns
	}
	// both spare it: the API for its name, CLIENT KILL for its type
	seen := watch(t, c.node.Addr(), "HELLO 3 SETNAME sentinel-bystander-cmd", "SUBSCRIBE nothing")
	begin := time.Now()
	err := w.do(s)
	f := figure{took: time.Since(begin)}
	f.stall = seen.stop()
	require.NoError(t, err, "%s: %s", w.name, s.name)

	for _, conn := range c.conns {
		if !slices.Contains(doomed, conn) {
			require.NoError(t, ping(conn), "%s: %s: a session that was to live", w.name, s.name)
		}
	}
	if s.kills == everybody {
		closed(t, doomed)
	} else {
		c.replace(t, doomed)
	}
	return f
}

// call sends a command whose reply is OK.
func call(t *testing.T, conn net.Conn, command string) {
	_, err := fmt.Fprintf(conn, "%s\r\n", command)
	require.NoError(t, err)
	var answer [5]byte
	_, err = conn.Read(answer[:])
	require.NoError(t, err)
	require.Equal(t, "+OK\r\n", string(answer[:]))
}
