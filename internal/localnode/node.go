package localnode

import (
	"context"
	"os/exec"

	"github.com/dcs-sessions/dcs-sessions/internal/fakeredis"
)

// A Node is a running Redis or Valkey node that this program started. Close
// stops it, ends its sessions, and may be called again.
type Node interface {
	Addr() string // ip:port
	Kind() string // what it is, with its version: "redis-server 7.0.15"
	Close() error
}

// Binaries are the names of a server's program, in order of preference.
var Binaries = [...]string{"redis-server", "valkey-server"}

// Find returns the path of the first of Binaries on PATH, "" if there is none.
func Find() string {
	for _, name := range Binaries {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// Start starts the server that Find finds, or else an embedded node. A server
// that is there but does not start is an error, not a reason to fall back.
func Start(ctx context.Context) (Node, error) {
	// The concrete pointers are not returned directly: a nil one would make
	// a Node that is not nil.
	if binary := Find(); binary != "" {
		p, err := StartProcess(ctx, binary)
		if err != nil {
			return nil, err
		}
		return p, nil
	}
	s, err := fakeredis.Start()
	if err != nil {
		return nil, err
	}
	return s, nil
}
