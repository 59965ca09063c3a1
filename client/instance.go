package client

import "fmt"

// AllNodes is the node to give to KillAll for all nodes of the instance. No
// other method takes it.
const AllNodes = "*"

// An Instance is an instance of a project, as [Client.Instance] returns it. It is
// safe for concurrent use.
//
// Each method checks the ids before it sends anything: an id is 1 to 64 letters,
// digits, - or _. So an empty node is an error, and never means the only node or
// all nodes.
type Instance struct {
	client            *Client
	project, instance string
}

// Instance returns the instance of a project. It sends nothing. The methods for
// jobs need no instance, because a job is the project's: its id may be empty for
// them.
func (c *Client) Instance(project, instance string) *Instance {
	return &Instance{c, project, instance}
}

// path is the path of the API below the instance.
func (i *Instance) path(below string) string { return "/instances/" + i.instance + below }

// check returns an error for the first id that does not have the contract's form.
func (i *Instance) check() error {
	if err := checkID("project", i.project); err != nil {
		return err
	}
	return checkID("instance", i.instance)
}

// checkNode is check for a request about one node.
func (i *Instance) checkNode(node string) error {
	if err := i.check(); err != nil {
		return err
	}
	if node == AllNodes {
		return fmt.Errorf("client: only KillAll takes AllNodes")
	}
	return checkID("node", node)
}
