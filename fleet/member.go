package fleet

import "github.com/dcs-sessions/dcs-sessions/sessions"

// A Member is one node of an instance.
type Member struct {
	ID string
	*sessions.Node
}

// Members returns an instance's nodes in the order of the configuration, or
// ErrNoInstance.
func (f *Fleet) Members(project, instance string) ([]Member, error) {
	panic("to be built")
}
