package sessions

import "context"

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
	panic("to be built")
}
