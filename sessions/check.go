package sessions

import (
	"context"
	"errors"
)

// Check connects and tries each right that listing and killing need, without
// doing anything: it kills an id that nobody has. It returns nil, or what is
// missing, joined where that is more than one. Reason tells it to a caller.
func (n *Node) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, callTime, errSlow)
	defer cancel()
	return n.use(ctx, func(l *link) (bool, error) {
		const nobody = "9223372036854775807"
		list, kill := l.ask2(ctx,
			[]string{"CLIENT", "LIST", "TYPE", "master"},
			[]string{"CLIENT", "KILL", "ID", nobody, "TYPE", typeNormal})
		switch {
		case list.err == nil:
			return true, kill.err
		case kill.err == nil || list.err.Error() == kill.err.Error():
			return true, list.err
		default:
			return true, errors.Join(list.err, kill.err)
		}
	})
}

// Server returns what tells the node's server from others until it restarts: two
// Nodes with one value are one server. It is "" where the node does not answer,
// and a value of the connection's own where it does not say.
func (n *Node) Server(ctx context.Context) string {
	ctx, cancel := context.WithTimeoutCause(ctx, callTime, errSlow)
	defer cancel()
	l, err := n.connected(ctx)
	if err != nil {
		return ""
	}
	return l.run
}
