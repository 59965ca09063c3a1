// Package faults sends kills through the built server while its nodes, the links to
// them and the server itself fail. It checks the results on connections of its own.
//
//	report, err := faults.Run(ctx, faults.Options{Binary: path, Servers: servers, Addrs: 1_000_000, Pace: faults.Long})
//	fmt.Print(report.Markdown())
//
// A [Testbed] is one node with a replica, a link to the node that can be disturbed,
// and the server as a process of its own. The node's clients connect again from the
// same local port whenever their session ends, so that each address soon belongs to
// another session. Each session has a unique name, which distinguishes the session
// that a caller meant from a later one at its address.
//
// The package runs on Linux, because it reads /proc and uses the addresses of
// 127.0.0.0/8. It does not measure speed; it only checks the time limit of a response.
package faults
