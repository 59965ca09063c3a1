// Package localnode runs one Redis or Valkey node on this machine, and opens
// raw sessions to it.
//
//	node, err := localnode.Start(ctx)
//	if err != nil { ... }
//	defer node.Close()
//	session, err := localnode.Dial(node.Addr(), "checkout-1")
//	fmt.Println(node.Kind(), session.Open()) // redis-server 7.0.15 true
//
// Start takes the server it finds on PATH and falls back to a small embedded
// node with real sockets. Nothing is persisted, and nothing outlives the
// program. It is no client library and manages no servers of yours: the
// sessions here exist so that a program can see its own socket close.
package localnode
