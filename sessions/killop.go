package sessions

import (
	"context"
	"errors"
	"slices"
)

// A killOp is one kill: it lists the targets, sends CLIENT KILL for those that
// are there, and lists again until each target has its result.
type killOp struct {
	conn          *conn
	states        map[Target]*targetState
	distinct      []*targetState // the values of states, in the order of the targets
	listAll       bool           // all sessions have to be listed
	sent          bool           // at least one CLIENT KILL was sent
	skipProtected bool           // KillAll: protected sessions do not block the others
}

// A targetState is what is known about a distinct target.
type targetState struct {
	Target
	result     Result // Skipped while it is open
	protection Protection
	cmds       []*killCmd
	listed     bool // cmds are for sessions that were listed, not for a bare address
}

func newKillOp(targets []Target) *killOp {
	op := &killOp{states: make(map[Target]*targetState, len(targets))}
	for _, t := range targets {
		t = t.canonical()
		if op.states[t] == nil {
			s := &targetState{Target: t, result: Skipped}
			op.states[t] = s
			op.distinct = append(op.distinct, s)
		}
	}
	return op
}

func (op *killOp) outcomes(targets []Target) []Outcome {
	outcomes := make([]Outcome, len(targets))
	for i, t := range targets {
		t = t.canonical()
		s := op.states[t]
		outcomes[i] = Outcome{t.Addr, t.id, s.result, s.protection}
	}
	return outcomes
}

// maxRounds limits how often sessions are listed again that change during their
// kill.
const maxRounds = 5

// errUnsettled means that sessions changed in each of maxRounds rounds.
var errUnsettled = errors.New("sessions changed while they were killed")

// run lists and kills, and lists again where a kill hit no session: that session
// may have left, or started to subscribe.
func (op *killOp) run(ctx context.Context, c *conn) error {
	op.conn = c
	for range maxRounds {
		open := op.open()
		if len(open) == 0 {
			break
		}
		list, err := c.list(ctx, op.query(open))
		if err != nil {
			return err
		}
		if list.sentinel && !list.complete {
			op.listAll = true // only a complete list shows a Sentinel's command link
		}
		if op.listAll && !list.complete {
			continue
		}
		resolved, err := op.resolve(list, open)
		if err != nil {
			return err
		}
		if !resolved {
			continue
		}
		if err := op.kill(ctx, open); err != nil {
			return err
		}
	}
	switch {
	case len(op.open()) > 0:
		return &nodeError{ErrBusy, errUnsettled.Error(), errUnsettled}
	case op.has(Protected) && !op.skipProtected:
		return &nodeError{ErrBusy, "a session became a protected link while others were killed", errUnsettled}
	case op.has(Replaced):
		return ErrReplaced
	}
	return nil
}

func (op *killOp) open() (open []*targetState) {
	for _, s := range op.distinct {
		if s.result == Skipped {
			open = append(open, s)
		}
	}
	return open
}

func (op *killOp) has(r Result) bool {
	return slices.ContainsFunc(op.distinct, func(s *targetState) bool { return s.result == r })
}

// query returns which sessions have to be listed for the open targets.
func (op *killOp) query(open []*targetState) listQuery {
	if op.listAll || !op.conn.isLarge() {
		return listQuery{all: true}
	}
	var q listQuery
	unlisted := 0
	for _, s := range open {
		switch {
		case s.id > 0:
			q.ids = append(q.ids, s.id)
		case s.snapshot != nil && s.snapshot.runID == op.conn.runID:
			for _, i := range s.snapshot.at(s.Addr) {
				q.ids = append(q.ids, s.snapshot.ids[i])
			}
		case s.snapshot != nil: // of another run: all that counts is who is there now
			return listQuery{all: true}
		default:
			unlisted++
		}
	}
	if q.links = unlisted > 0; unlisted > maxUnlisted {
		return listQuery{all: true}
	}
	return q
}

// resolve finds the sessions of the open targets, and their kill commands or
// results. It returns false if all sessions have to be listed first.
func (op *killOp) resolve(list *clientList, open []*targetState) (bool, error) {
	results := make([]Result, len(open))
	cmds := map[int64]*killCmd{} // by session id, because two targets may mean one session
	blocked := false
	for n, t := range open {
		found, result := t.find(list)
		if result == "" && len(found) == 0 && !list.complete && t.snapshot != nil && t.id == 0 {
			op.listAll = true // it is gone, and another session may have its address
			return false, nil
		}
		t.cmds, t.listed = nil, true
		for _, s := range found {
			if s.Protected() {
				result, t.protection = Protected, s.Protection()
				break
			}
			if cmds[s.ID] == nil {
				cmds[s.ID] = s.killCmd()
			}
			t.cmds = append(t.cmds, cmds[s.ID])
		}
		if result == "" && len(found) == 0 { // the list is not complete
			t.cmds, t.listed = []*killCmd{op.conn.killCmdAt(t.Addr)}, false
		}
		blocked = blocked || result == Protected && !op.skipProtected
		results[n] = result
	}
	for n, t := range open {
		if result := results[n]; result == Protected || result != "" && (!blocked || op.sent) {
			t.result = result
		}
	}
	if blocked && !op.sent {
		return false, ErrProtected
	}
	return true, nil
}

// find returns the sessions that a target means. If there are none it returns the
// target's result, or "" if the list cannot tell.
func (t *targetState) find(list *clientList) (found []*Session, result Result) {
	ofSnapshot := t.snapshot != nil
	sameRun := ofSnapshot && t.snapshot.runID == list.runID
	switch {
	case t.id > 0:
		s := list.withID(t.id)
		switch {
		case s == nil:
			return nil, Gone
		case ofSnapshot && !sameRun:
			return nil, Replaced
		}
		return []*Session{s}, ""
	case !t.Addr.IsValid():
		return nil, Gone
	case ofSnapshot:
		if sameRun {
			for _, i := range t.snapshot.at(t.Addr) {
				if s := list.withID(t.snapshot.ids[i]); s != nil && s.Peer == t.Addr {
					found = append(found, s)
				}
			}
		}
		switch {
		case len(found) > 0 || !list.complete:
			return found, ""
		case len(list.at(t.Addr)) > 0:
			return nil, Replaced
		default:
			return nil, Gone
		}
	default:
		if found = list.at(t.Addr); len(found) == 0 && list.complete {
			return nil, Gone
		}
		return found, ""
	}
}

// kill sends the commands of the open targets, and sets their results.
func (op *killOp) kill(ctx context.Context, open []*targetState) error {
	var cmds []*killCmd
	for _, t := range open {
		if t.result != Skipped {
			continue
		}
		for _, cmd := range t.cmds {
			if !cmd.queued {
				cmd.queued = true
				cmds = append(cmds, cmd)
			}
		}
	}
	if len(cmds) == 0 {
		return nil
	}
	err := op.conn.kill(ctx, cmds)
	for _, t := range open {
		if t.result == Skipped {
			t.result = t.resultAfter(err)
		}
	}
	op.sent = op.sent || slices.ContainsFunc(cmds, func(cmd *killCmd) bool { return cmd.sent })
	return err
}

// resultAfter returns the result of a target whose commands were sent. It is
// Skipped if a command hit no session, so that the target is listed again.
func (t *targetState) resultAfter(err error) Result {
	missed := false
	for _, cmd := range t.cmds {
		switch {
		case !cmd.sent:
			return Skipped
		case !cmd.replied:
			return Failed
		case cmd.killed == 0:
			missed = true
		}
	}
	switch {
	case !missed:
		return Killed
	case !t.listed:
		return Gone
	case err != nil:
		return Failed
	default:
		return Skipped
	}
}
