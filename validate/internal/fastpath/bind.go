package fastpath

import (
	"math"
	"reflect"
)

// A Binder checks a text and fills a Go value in the same pass. It is safe for
// concurrent use. A nil one doubts everything.
type Binder struct {
	root *node
	to   *slot
	into reflect.Type // a pointer
}

// Binder returns nil where values of type t cannot be filled exactly as
// encoding/json would: a type that decodes itself, as time.Time, interfaces,
// maps, embedded structs, the tag ",string", or a field that the schema leaves
// open.
func (p *Program) Binder(t reflect.Type) *Binder {
	if p == nil || t == nil {
		return nil
	}
	to, ok := slots{}.of(p.root, t)
	if !ok {
		return nil
	}
	return &Binder{p.root, to, reflect.PointerTo(t)}
}

// Bind checks text as JSONString does and fills *into, a pointer to a zero value
// of the type; where it returns false *into is in no defined state. What is
// bound equals what encoding/json binds. Strings alias text.
func (b *Binder) Bind(text string, into any) bool {
	if b == nil || reflect.TypeOf(into) != b.into || len(text) > math.MaxInt32 {
		return false
	}
	v := reflect.ValueOf(into)
	if v.IsNil() {
		return false
	}
	s := scan[string]{text: text, ahead: 4 * len(text)}
	return s.whole(b.root, b.to, v.Elem())
}
