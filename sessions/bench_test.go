package sessions_test

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
	"github.com/dcs-sessions/dcs-sessions/sessions"
)

// BenchmarkKillOfOne measures concurrent callers that each kill one address, of
// connected sessions and of addresses without one.
func BenchmarkKillOfOne(b *testing.B) {
	for name, dial := range map[string]func(*testing.B, string, int) ([]netip.AddrPort, func()){
		"gone":      func(_ *testing.B, _ string, n int) ([]netip.AddrPort, func()) { return unusedAddrs(n), func() {} },
		"connected": connectMany,
	} {
		for _, callers := range []int{1, 16, 256} {
			b.Run(fmt.Sprintf("%s/callers=%d", name, callers), func(b *testing.B) {
				server := redistest.Start(b)
				n := sessions.New(sessions.Options{Address: server.Addr()})
				defer n.Close()
				_, err := n.Kill(context.Background(), at(unusedAddrs(1)...))
				require.NoError(b, err)
				b.ResetTimer()
				for left := b.N; left > 0; left -= max(256, callers) {
					b.StopTimer()
					addrs, end := dial(b, server.Addr(), min(left, max(256, callers)))
					b.StartTimer()
					killEach(b, n, addrs, callers)
					b.StopTimer()
					end()
					b.StartTimer()
				}
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "kills/s")
			})
		}
	}
}

func connectMany(b *testing.B, addr string, n int) (addrs []netip.AddrPort, end func()) {
	all := make([]*socket, n)
	for i := range all {
		s, err := connect(addr, nil)
		require.NoError(b, err)
		_, err = s.clientID()
		require.NoError(b, err)
		all[i] = s
		addrs = append(addrs, s.addr())
	}
	return addrs, func() {
		for _, s := range all {
			s.reset()
		}
	}
}

// killEach kills each address with a call of its own, from concurrent callers.
func killEach(b *testing.B, n *sessions.Node, addrs []netip.AddrPort, callers int) {
	var all sync.WaitGroup
	var next atomic.Int64
	for range callers {
		all.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(addrs)); i = next.Add(1) - 1 {
				if _, err := n.Kill(context.Background(), at(addrs[i])); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
}
