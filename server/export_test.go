package server

import "time"

// SetNow is called before the first request.
func (a *API) SetNow(now func() time.Time) { a.now = now }

// ActionOf is what an operation's callers must be allowed.
func ActionOf(operationID string) string { return actionOf[operationID] }

// Locks are counted for access keys from nowhere.
type Locks struct{ *locks }

func NewLocks(max int) Locks { return Locks{newLocks(max)} }

func (l Locks) Fail(access string, now time.Time) { l.fail(lockKey{access: access}, now) }
func (l Locks) Clear(access string)               { l.clear(lockKey{access: access}) }

// Len fails where list and map differ.
func (l Locks) Len() int {
	if len(l.entries) != l.order.Len() {
		return -1
	}
	return l.order.Len()
}

func (l Locks) Failures(access string) int {
	if e := l.entries[lockKey{access: access}]; e != nil {
		return e.Value.(*lockEntry).failures
	}
	return 0
}
