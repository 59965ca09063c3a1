package validate

import "strings"

// A body is a request's that was read whole and accepted. It may be read when
// the handler has returned: a client's transport does.
type body struct {
	strings.Reader
	bound any
}

// Close has nothing to close: the body was read to its end.
func (*body) Close() error { return nil }

// Bound returns what the body was bound to, of a type that Options.Bodies has;
// nil where it was not.
func (b *body) Bound() any { return b.bound }
