package sessions

import (
	"context"
	"errors"
)

// A Role is a node's role in replication.
type Role string

// The roles, as Redis names them. A node whose user may not run ROLE has
// RoleUnknown.
const (
	RoleMaster  Role = "master"
	RoleReplica Role = "slave"
	RoleUnknown Role = ""
)

// Role returns the node's role, which also shows that the node replies. If only
// ROLE is forbidden it returns [RoleUnknown] and no error. Its errors are those of
// [Node.List].
func (n *Node) Role(ctx context.Context) (role Role, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, callTimeout, errCallTimeout)
	defer cancel()
	err = n.withConn(ctx, func(c *conn) (bool, error) {
		replies := c.exec(ctx, []string{"ROLE"}, []string{"CLIENT", "ID"})
		reply, id := replies[0], replies[1]
		if errors.Is(reply.err, ErrRefused) {
			return true, id.err
		}
		switch Role(reply.text) { // a Sentinel's role is another
		case RoleMaster, RoleReplica:
			role = Role(reply.text)
		}
		return true, reply.err
	})
	return role, err
}
