package fleet

import (
	"slices"

	"github.com/dcs-sessions/dcs-sessions/sessions"
)

// A Node is one node of an instance.
type Node struct {
	ID   string
	Name string // for people; the ID if the configuration has none
	*sessions.Node
}

// Nodes returns an instance's nodes in the order of the configuration, or
// [ErrNoInstance]. The caller must not change the slice.
func (f *Fleet) Nodes(project, instance string) ([]Node, error) {
	nodes, ok := f.nodes[instanceKey{project, instance}]
	if !ok {
		return nil, ErrNoInstance
	}
	return nodes, nil
}

// Node returns one node of an instance, or [ErrNoInstance] or [ErrNoNode].
func (f *Fleet) Node(project, instance, node string) (Node, error) {
	nodes, err := f.Nodes(project, instance)
	if err != nil {
		return Node{}, err
	}
	i := slices.IndexFunc(nodes, func(n Node) bool { return n.ID == node })
	if i < 0 {
		return Node{}, ErrNoNode
	}
	return nodes[i], nil
}
