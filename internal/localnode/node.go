package localnode

import (
	"context"

	"github.com/dcs-sessions/dcs-sessions/internal/fakeredis"
)

// A Node is a running server that this program started. Close stops the server and
// ends its sessions. It may be called again.
type Node interface {
	Addr() string // ip:port
	Kind() string // the server and its version, for example "redis-server 7.0.15"
	Close() error
}

var (
	_ Node = (*Process)(nil)
	_ Node = (*fakeredis.Server)(nil)
)

// Start starts the server that [Find] finds, or a [fakeredis.Server] if there is
// none. A server that is found and does not start is an error.
func Start(ctx context.Context) (Node, error) {
	// A nil *Process would make a Node that is not nil, so errors are handled here.
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
