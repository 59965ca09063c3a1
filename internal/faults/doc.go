// Package faults fires kills through the built server while its nodes, the
// links to them and the server itself fail, and judges what is left of them on
// connections of its own.
//
//	report, err := faults.Run(ctx, faults.Options{Binary: path, Servers: servers, Addrs: 1_000_000, Pace: faults.Long})
//	fmt.Print(report.Markdown())
//
// An arena is one node, a replica of it, a link to it that toxics can spoil, and
// the server as a process of its own. Its crowd is sessions that come back from
// the same local port whenever they end, so that each address soon belongs to
// another session. Each session has a name that is given once, so that the
// session that a caller meant can be told from the one that came after it.
//
// It runs on Linux: it reads /proc, and takes addresses of 127.0.0.0/8. It
// judges no speed but the limit on one answer.
package faults
