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

// serverWith starts a server that lists sessions with the given addresses, and kills
// only by the same texts, as all servers do.
func serverWith(t *testing.T, others int, listed ...string) (addr string, remaining func() []string) {
	var mu sync.Mutex
	there := map[string]int{}
	for i, a := range listed {
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
	addr = scriptedServer(t, func(command string) string {
		mu.Lock()
		defer mu.Unlock()
		switch words := strings.Fields(command); {
		case command == "CLIENT LIST":
			return bulk(rows())
		case strings.HasPrefix(command, "CLIENT LIST TYPE"), strings.HasPrefix(command, "CLIENT LIST ID 1"): // the caller is not listed
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

// Servers that use glibc's inet_ntop list ::1.2.3.4 with dots; musl's writes
// ::102:304.
func TestAnAddressIsFoundInEverySpelling(t *testing.T) {
	t.Parallel()
	for _, others := range []int{0, 1000} { // listed, or killed without a list
		for given, listed := range map[string]string{
			"[::102:304]:5":       "[::1.2.3.4]:5",
			"[::1.2.3.4]:5":       "[::102:304]:5",
			"[::1.2.3.4]:6":       "[::1.2.3.4]:6",
			"[::ffff:1.2.3.4]:5":  "1.2.3.4:5",
			"1.2.3.4:5":           "[::ffff:1.2.3.4]:5",
			"[fe80::1%eth0]:5":    "[fe80::1]:5",
			"[2001:DB8:0:0::1]:5": "[2001:db8::1]:5",
			"[::ffff:102:304]:7":  "[::ffff:1.2.3.4]:7",
		} {
			t.Run(fmt.Sprintf("%s of %d", given, others), func(t *testing.T) {
				addr, remaining := serverWith(t, others, listed)
				n := openNode(t, sessions.Options{Address: addr})
				_, err := n.List(t.Context())
				require.NoError(t, err)
				outcomes, err := n.Kill(t.Context(), at(netip.MustParseAddrPort(given)))
				require.NoError(t, err)
				assert.Equal(t, []sessions.Result{sessions.Killed}, results(outcomes))
				assert.Empty(t, remaining())
			})
		}
	}
}

func TestAListedSessionIsKilledInTheServersSpelling(t *testing.T) {
	t.Parallel()
	addr, remaining := serverWith(t, 0, "[::1.2.3.4]:5", "[::1.2.3.4]:6")
	n := openNode(t, sessions.Options{Address: addr})
	outcomes, err := n.Kill(t.Context(), listed(t, n, netip.MustParseAddrPort("[::102:304]:5")))
	require.NoError(t, err)
	assert.Equal(t, []sessions.Result{sessions.Killed}, results(outcomes))
	assert.Equal(t, []string{"[::1.2.3.4]:6"}, remaining())
}

// The server lists a session that it never kills.
func TestASessionThatNoKillHitsIsReported(t *testing.T) {
	t.Parallel()
	addr := scriptedServer(t, func(command string) string {
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
