// Package localnode runs a Redis or Valkey server on this machine and opens raw
// sessions to it.
//
//	node, err := localnode.Start(ctx)
//	if err != nil { ... }
//	defer node.Close()
//	session, err := localnode.Dial(node.Addr(), "checkout-1")
//	fmt.Println(node.Kind(), session.Open()) // redis-server 7.0.15 true
//
// [Start] runs the server that it finds on PATH, and falls back to package
// fakeredis. The server persists nothing and ends with the program. The package is
// not a client library and does not manage servers of yours. Its sessions let a
// program see its own socket close.
package localnode
