// Package redistest gives tests real Redis and Valkey servers, and sessions
// whose sockets the test reads itself.
//
//	redistest.Each(t, func(t *testing.T, node localnode.Node) {
//		victim := redistest.Dial(t, node.Addr(), "victim")
//		admin := redistest.Dial(t, node.Addr(), "")
//		_, err := admin.Do("CLIENT", "KILL", "ADDR", victim.Addr())
//		require.NoError(t, err)
//		require.True(t, victim.Closed())
//	})
//
// Each covers the servers on PATH and those that REDISTEST_SERVERS lists, paths
// joined like PATH's. There are no mocks here, and no client library.
package redistest
