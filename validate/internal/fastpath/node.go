package fastpath

import "math"

// A node holds what one schema allows, by the type of the value. The zero node
// falls back for every value.
type node struct {
	allowNull, allowTrue, allowFalse bool
	string                           *stringRule // nil: strings fall back
	number                           *numberRule
	array                            *arrayRule
	object                           *objectRule
}

func (n *node) alwaysFallsBack() bool { return *n == node{} }

// anyValue allows every value that all parsers read the same way. It is the node
// of undeclared members, which kin-openapi does not check either.
var anyValue = func() *node {
	n := &node{allowNull: true, allowTrue: true, allowFalse: true, string: &stringRule{max: math.MaxInt}, number: newNumberRule()}
	n.array = &arrayRule{items: n, max: math.MaxInt}
	n.object = &objectRule{additional: n, max: math.MaxInt}
	return n
}()

// minLen returns a lower bound for the length of a text that the node allows. It
// limits how many items an array of a known length can have.
func (n *node) minLen() int {
	switch {
	case n.allowNull || n.allowTrue || n.allowFalse || n.number != nil:
		return 1
	case n.string != nil:
		return 2 + n.string.min
	default:
		return 2
	}
}
