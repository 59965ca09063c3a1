// Package body holds the bodies of messages while they are checked, within a limit
// for each and a budget for all of them.
//
//	budget := body.NewBudget(256 << 20)
//	charge := budget.Charge()
//	defer charge.End()
//	b := body.Buffer{Limit: 1 << 20, Length: r.ContentLength, Charge: charge}
//	err := b.Read(r.Body) // ErrTooLarge, ErrBudget or the reader's
//
// A [Tee] keeps a copy of a body that passes.
package body
