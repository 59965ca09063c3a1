package server

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/dcs-sessions/dcs-sessions/fleet"
	"github.com/dcs-sessions/dcs-sessions/validate"
)

// The actions that a credential may be allowed, named as the service's IAM names
// them.
const (
	ActionList = "dcs:clients:list"
	ActionKill = "dcs:clients:kill"
)

// actionsOf lists the actions of each operation; a caller needs one of them. No
// caller may use an operation without an entry. A caller that may start a job of either
// kind may read jobs.
var actionsOf = map[string][]string{
	"ScanClients":          {ActionList},
	"ListClients":          {ActionList},
	"ShowNodesInformation": {ActionList},
	"HangUpClients":        {ActionKill},
	"HangUpKillAllClients": {ActionKill},
	"ShowJobInfo":          {ActionList, ActionKill},
}

// authorize returns a *failure unless the credential may do the operation. The
// project is that of the path; X-Project-Id, which some clients do not sign, is
// only a claim. A project that is not an id passes, because validation refuses it
// with a better message.
func authorize(r *http.Request, op validate.Operation, c *credential) error {
	project, actions := r.PathValue("project_id"), actionsOf[op.ID]
	if fleet.IsID(project) && !slices.Contains(c.projects, "*") && !slices.Contains(c.projects, project) {
		return otherProject.with("", fmt.Errorf("%s may not use project %s", c.name, project))
	}
	if !slices.ContainsFunc(actions, func(a string) bool { return slices.Contains(c.actions, a) }) {
		f := notAllowed.with("", fmt.Errorf("%s may only %v", c.name, c.actions))
		f.message = fmt.Sprintf(f.message, strings.Join(actions, " or "))
		return f
	}
	return nil
}
