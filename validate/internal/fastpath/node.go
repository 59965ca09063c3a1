package fastpath

import "math"

// A node is what one schema accepts, by the kind of value. The zero node doubts
// every value.
type node struct {
	null, yes, no bool // the literals
	text          *text
	number        *number
	list          *list
	object        *object
}

func (n *node) doubts() bool { return *n == node{} }

// free accepts what nobody looks at, as kin-openapi does below an undeclared
// member: anything that every parser reads the same way.
var free = func() *node {
	n := &node{null: true, yes: true, no: true, text: &text{max: math.MaxInt}, number: newNumber()}
	n.list = &list{items: n, max: math.MaxInt}
	n.object = &object{others: n, max: math.MaxInt}
	return n
}()

// least is the length of the shortest text that the node can accept, or less:
// by it the items of an array are at most so many.
func (n *node) least() int {
	switch {
	case n.null || n.yes || n.no || n.number != nil:
		return 1
	case n.text != nil:
		return 2 + n.text.min
	default:
		return 2
	}
}
