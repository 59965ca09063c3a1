package sessions

import (
	"context"
	"errors"
)

// Check connects and tries each command that listing and killing need, without
// effect: the id that it kills does not exist. It returns nil, or all that is
// missing, joined; [Reason] returns that as a text.
func (n *Node) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, callTimeout, errCallTimeout)
	defer cancel()
	return n.withConn(ctx, func(c *conn) (bool, error) {
		const unusedID = "9223372036854775807"
		replies := c.exec(ctx,
			[]string{"CLIENT", "LIST", "TYPE", "master"},
			[]string{"CLIENT", "KILL", "ID", unusedID, "TYPE", typeNormal})
		list, kill := replies[0], replies[1]
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

// RunID returns the server's run_id, which is unique until the server restarts:
// two Nodes with the same RunID are one server. If the user may not run INFO it is
// unique to the connection. It is "" if the node cannot be reached.
func (n *Node) RunID(ctx context.Context) string {
	ctx, cancel := context.WithTimeoutCause(ctx, callTimeout, errCallTimeout)
	defer cancel()
	c, err := n.awaitConn(ctx)
	if err != nil {
		return ""
	}
	return c.runID
}
