package sessions_test

import (
	"context"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
	"github.com/dcs-sessions/dcs-sessions/sessions"
)

// Calls that share a pipeline have separate results.
func TestConcurrentCallersDoNotAffectEachOther(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, server localnode.Node) {
		n := openNode(t, sessions.Options{Address: server.Addr()})
		link := redistest.Dial(t, server.Addr(), "sentinel-0f3a19bd-cmd")
		var all sync.WaitGroup
		for i := range 30 {
			s := redistest.Dial(t, server.Addr(), "s")
			all.Go(func() {
				switch i % 3 {
				case 0:
					outcomes, err := n.Kill(t.Context(), targetsOf(s))
					assert.NoError(t, err)
					assert.Equal(t, []sessions.Result{sessions.Killed}, results(outcomes))
				case 1:
					outcomes, err := n.Kill(t.Context(), targetsOf(s, link))
					assert.ErrorIs(t, err, sessions.ErrProtected)
					assert.Equal(t, []sessions.Result{sessions.Skipped, sessions.Protected}, results(outcomes))
				case 2:
					ctx, cancel := context.WithCancel(t.Context())
					time.AfterFunc(time.Duration(i)*10*time.Microsecond, cancel)
					outcomes, err := n.Kill(ctx, targetsOf(s))
					if err != nil {
						assert.ErrorIs(t, err, context.Canceled)
					} else {
						assert.Equal(t, []sessions.Result{sessions.Killed}, results(outcomes))
					}
				}
			})
		}
		all.Wait()
		assert.True(t, link.Open())
	})
}

func TestOthersAreServedDuringAKillAll(t *testing.T) {
	t.Parallel()
	redistest.Processes(t, func(t *testing.T, server *localnode.Process) {
		n := openNode(t, sessions.Options{Address: server.Addr()})
		for range 1000 {
			redistest.Dial(t, server.Addr(), "s")
		}
		var over atomic.Bool
		var done, listed int
		var others sync.WaitGroup
		begun := make(chan struct{})
		others.Go(func() {
			<-begun
			for ; !over.Load(); done++ {
				_, err := n.Kill(t.Context(), at(netip.MustParseAddrPort("192.0.2.1:1")))
				assert.NoError(t, err)
			}
		})
		others.Go(func() {
			<-begun
			for ; !over.Load(); listed++ {
				_, err := n.List(t.Context())
				assert.NoError(t, err)
				_, err = n.Role(t.Context())
				assert.NoError(t, err)
			}
		})
		var once sync.Once
		outcomes, err := n.KillAll(t.Context(), func([]sessions.Outcome) { once.Do(func() { close(begun) }) })
		over.Store(true)
		others.Wait()
		require.NoError(t, err)
		assert.Equal(t, 1000, count(outcomes)[sessions.Killed])
		assert.Greater(t, done, 10, "kills during the kill-all")
		assert.Greater(t, listed, 3, "lists during the kill-all")
	})
}

// A client that keeps subscribing and unsubscribing may have one type when it is
// listed and another when it is killed.
func TestASessionThatKeepsChangingItsTypeIsKilledOrReported(t *testing.T) {
	t.Parallel()
	redistest.Processes(t, func(t *testing.T, server *localnode.Process) {
		for name, crowd := range map[string]int{"seen in a list": 0, "unseen": 300} {
			t.Run(name, func(t *testing.T) {
				n := openNode(t, sessions.Options{Address: server.Addr()})
				for range crowd {
					redistest.Dial(t, server.Addr(), "")
				}
				for range 40 {
					s := dialFrom(t, server.Addr(), nil)
					s.id(t)
					go func() {
						for {
							if _, err := s.Write([]byte("SUBSCRIBE a\r\nUNSUBSCRIBE a\r\n")); err != nil {
								return
							}
						}
					}()
					ended := make(chan struct{})
					go func() {
						defer close(ended)
						for buf := make([]byte, 4096); ; {
							if _, err := s.Read(buf); err != nil {
								return
							}
						}
					}()
					way := []string{"by address", "from a list"}[crowd%7%2]
					outcomes, err := n.Kill(t.Context(), targetings[way](t, n, s.addr()))
					if err != nil {
						require.ErrorIs(t, err, sessions.ErrBusy)
						s.reset()
						continue
					}
					require.Equal(t, []sessions.Result{sessions.Killed}, results(outcomes))
					select {
					case <-ended:
					case <-time.After(5 * time.Second):
						t.Fatal("it is still connected")
					}
				}
			})
		}
	})
}

// The outcomes are true, and repeating the kill is safe.
func TestARestartDuringAKill(t *testing.T) { // alone, because it needs a new connection within 100 ms
	redistest.Processes(t, func(t *testing.T, server *localnode.Process) {
		n := openNode(t, sessions.Options{Address: server.Addr()})
		var all []*redistest.Session
		for range 400 {
			all = append(all, redistest.Dial(t, server.Addr(), "s"))
		}
		var addrs []netip.AddrPort
		for _, s := range all {
			addrs = append(addrs, addrOf(s))
		}
		targets := listed(t, n, addrs...)
		restarted := make(chan error)
		go func() {
			time.Sleep(3 * time.Millisecond)
			restarted <- server.Restart(context.Background())
		}()
		outcomes, err := n.Kill(t.Context(), targets)
		require.NoError(t, <-restarted)
		if err != nil {
			require.ErrorIs(t, err, sessions.ErrUnreachable)
			assert.True(t, slices.Contains(results(outcomes), sessions.Skipped) || slices.Contains(results(outcomes), sessions.Failed))
		}
		late := redistest.Dial(t, server.Addr(), "late")
		outcomes, err = n.Kill(t.Context(), targets)
		require.NoError(t, err)
		assert.Equal(t, map[sessions.Result]int{sessions.Gone: 400}, count(outcomes))
		assert.True(t, late.Open())
	})
}
