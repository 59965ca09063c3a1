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
func (n *Node) Role(ctx context.Context) (Role, error) {
	conn, release, err := n.conn(ctx)
	if err != nil {
		return RoleUnknown, err
	}
	defer release()
	reply, err := conn.Do(ctx, "ROLE").Slice()
	if err = failed(ctx, err); errors.Is(err, ErrRefused) { // of the password's or of ROLE's
		return RoleUnknown, failed(ctx, conn.ClientID(ctx).Err())
	}
	if err != nil || len(reply) == 0 {
		return RoleUnknown, err
	}
	switch reply[0] {
	case string(RoleMaster):
		return RoleMaster, nil
	case string(RoleReplica):
		return RoleReplica, nil
	default:
		return RoleUnknown, nil // a Sentinel
	}
}
