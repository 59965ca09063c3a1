// Package redistest starts real Redis and Valkey servers for tests, and opens
// sessions whose sockets the test reads itself.
//
//	redistest.Each(t, func(t *testing.T, node localnode.Node) {
//		target := redistest.Dial(t, node.Addr(), "target")
//		admin := redistest.Dial(t, node.Addr(), "")
//		_, err := admin.Do("CLIENT", "KILL", "ADDR", target.Addr())
//		require.NoError(t, err)
//		require.True(t, target.Closed())
//	})
//
// [Each] covers package fakeredis, the servers on PATH, and those whose paths
// REDISTEST_SERVERS lists in the form of PATH. The package has no mocks and is not a
// client library.
package redistest
