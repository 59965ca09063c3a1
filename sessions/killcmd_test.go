package sessions_test

import (
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/sessions"
)

// crowdOf is a server that shows sessions with the given addresses, and kills by
// the same text alone, as all servers do.
func crowdOf(t *testing.T, others int, shown ...string) (addr string, left func() []string) {
	var mu sync.Mutex
	there := map[string]int{}
	for i, a := range shown {
		there[a] = 100 + i
	}
	rows := func() string {
		var b strings.Builder
		for a, id := range there {
			fmt.Fprintf(&b, "id=%d addr=%s flags=N\n", id, a)
		}
		for i := range others {
			fmt.Fprintf(&b, "id=%d addr=192.0.2.9:%d flags=N\n", 1000+i, 1+i)
		}
		return b.String()
	}
	addr = script(t, func(command string) string {
		mu.Lock()
		defer mu.Unlock()
		switch words := strings.Fields(command); {
		case command == "CLIENT LIST":
			return bulk(rows())
		case strings.HasPrefix(command, "CLIENT LIST TYPE"), strings.HasPrefix(command, "CLIENT LIST ID 1"): // who asks is not shown
			return bulk("")
		case strings.HasPrefix(command, "CLIENT LIST FLAGS"):
			return "-ERR syntax error\r\n"
		case strings.HasPrefix(command, "CLIENT KILL") && words[len(words)-1] == "normal":
			for i, w := range words {
				if w == "ADDR" && there[words[i+1]] > 0 {
					delete(there, words[i+1])
					return ":1\r\n"
				}
			}
		}
		return ""
	})
	return addr, func() (list []string) {
		mu.Lock()
		defer mu.Unlock()
		for a := range there {
			list = append(list, a)
		}
		return list
	}
}

// Real servers show ::1.2.3.4 with dots, which is inet_ntop of glibc; that of
// musl writes ::102:304.
func TestAnAddressIsFoundInWhateverSpelling(t *testing.T) {
	for _, others := range []int{0, 1000} { // all are listed, or killed unseen
		for asked, shown := range map[string]string{
			"[::102:304]:5":       "[::1.2.3.4]:5",
			"[::1.2.3.4]:5":       "[::102:304]:5",
			"[::1.2.3.4]:6":       "[::1.2.3.4]:6",
			"[::ffff:1.2.3.4]:5":  "1.2.3.4:5",
			"1.2.3.4:5":           "[::ffff:1.2.3.4]:5",
			"[fe80::1%eth0]:5":    "[fe80::1]:5",
			"[2001:DB8:0:0::1]:5": "[2001:db8::1]:5",
			"[::ffff:102:304]:7":  "[::ffff:1.2.3.4]:7",
		} {
			t.Run(fmt.Sprintf("%s of %d", asked, others), func(t *testing.T) {
				addr, left := crowdOf(t, others, shown)
				n := openNode(t, sessions.Options{Address: addr})
				_, err := n.List(t.Context())
				require.NoError(t, err)
				outcomes, err := n.Kill(t.Context(), at(netip.MustParseAddrPort(asked)))
				require.NoError(t, err)
				assert.Equal(t, []sessions.Result{sessions.Killed}, results(outcomes))
				assert.Empty(t, left())
			})
		}
	}
}

// What the server shows is told by the rows, and not by the words of a caller.
func TestAListedSessionIsKilledInTheServersSpelling(t *testing.T) {
	addr, left := crowdOf(t, 0, "[::1.2.3.4]:5", "[::1.2.3.4]:6")
	n := openNode(t, sessions.Options{Address: addr})
	outcomes, err := n.Kill(t.Context(), listed(t, n, netip.MustParseAddrPort("[::102:304]:5")))
	require.NoError(t, err)
	assert.Equal(t, []sessions.Result{sessions.Killed}, results(outcomes))
	assert.Equal(t, []string{"[::1.2.3.4]:6"}, left())
}

// The server says what is never true: the caller is not told that it is done.
func TestASessionThatNoKillHitsIsNotDone(t *testing.T) {
	addr := script(t, func(command string) string {
		if strings.HasPrefix(command, "CLIENT LIST") && !strings.Contains(command, "TYPE") {
			return bulk("id=1 addr=127.0.0.1:1 flags=N\nid=5 addr=10.0.0.1:5 flags=N\n")
		}
		return ""
	})
	n := openNode(t, sessions.Options{Address: addr})
	start := time.Now()
	for name, target := range map[string]sessions.Target{"by address": at(netip.MustParseAddrPort("10.0.0.1:5"))[0], "by id": sessions.ID(5)} {
		outcomes, err := n.Kill(t.Context(), []sessions.Target{target})
		require.ErrorIs(t, err, sessions.ErrBusy, name)
		assert.Equal(t, "sessions changed while they were killed", sessions.Reason(err))
		assert.NotContains(t, []sessions.Result{sessions.Killed, sessions.Gone}, outcomes[0].Result, name)
	}
	assert.Less(t, time.Since(start), 10*time.Second)
}
