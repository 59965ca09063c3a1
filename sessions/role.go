package sessions

import (
	"context"
	"errors"
)

// A Role is what a node is to replication.
type Role string

// The roles, as Redis names them. RoleUnknown is that of a node that does not
// let its ROLE be asked.
const (
	RoleMaster  Role = "master"
	RoleReplica Role = "slave"
	RoleUnknown Role = ""
)

// Role tells whether the node answers, and what its role is. A node that forbids
// ROLE but answers otherwise is RoleUnknown without an error. Errors are List's.
func (n *Node) Role(ctx context.Context) (role Role, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, callTime, errSlow)
	defer cancel()
	err = n.use(ctx, func(l *link) (bool, error) {
		reply, id := l.ask2(ctx, []string{"ROLE"}, []string{"CLIENT", "ID"})
		if errors.Is(reply.err, ErrRefused) {
			return true, id.err
		}
		switch Role(reply.text) { // a Sentinel has another
		case RoleMaster, RoleReplica:
			role = Role(reply.text)
		}
		return true, reply.err
	})
	return role, err
}
