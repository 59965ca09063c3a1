package fleet

import "github.com/dcs-sessions/dcs-sessions/sessions"

// A Member is one node of an instance.
type Member struct {
	ID   string
	Name string // for people; the ID where the configuration has none
	*sessions.Node
}

// Members returns an instance's nodes in the order of the configuration, or
// ErrNoInstance. The list is the fleet's and must not be changed.
func (f *Fleet) Members(project, instance string) ([]Member, error) {
	members, ok := f.members[instanceKey{project, instance}]
	if !ok {
		return nil, ErrNoInstance
	}
	return members, nil
}

// Member returns one node of an instance, or ErrNoInstance or ErrNoNode.
func (f *Fleet) Member(project, instance, node string) (Member, error) {
	members, err := f.Members(project, instance)
	if err != nil {
		return Member{}, err
	}
	for _, m := range members {
		if m.ID == node {
			return m, nil
		}
	}
	return Member{}, ErrNoNode
}
