package fastpath

import (
	"regexp/syntax"
	"unicode/utf8"
)

// An automaton decides a regular expression over ASCII with one look-up a byte.
// next holds a row for each state, one entry a class of bytes, and a state is the
// place of its row. The first entry of a row, that of class stop, is 1 where the
// text may end. Row 0 is the state that nothing leaves.
type automaton struct {
	class  [256]uint16 // stop: not ASCII
	quoted [256]uint16 // the same within a JSON string: also its end, escapes and controls
	next   []uint16
	start  uint16
	width  int
}

const stop = 0

// Limits of what is built: a table of 64 KiB, the expression's instructions, and
// how often one is looked at. An expression beyond them is left to regexp.
const (
	maxEntries      = 1 << 15
	maxInstructions = 1 << 12
	maxSteps        = 1 << 20
)

// runOver runs the automaton over a string; ok is false where it is not ASCII.
func runOver[T chars](a *automaton, value T) (matches, ok bool) {
	state := a.start
	for i := range len(value) {
		class := a.class[value[i]]
		if class == stop {
			return false, false
		}
		state = a.next[state+class]
	}
	return a.next[state] == 1, true
}

// compileAutomaton returns nil for an expression with word boundaries or lines,
// and for one whose automaton would be large.
func compileAutomaton(expression string) *automaton {
	parsed, err := syntax.Parse(expression, syntax.Perl)
	if err != nil {
		return nil
	}
	prog, err := syntax.Compile(parsed.Simplify())
	if err != nil || len(prog.Inst) > maxInstructions {
		return nil
	}
	for _, inst := range prog.Inst {
		if inst.Op == syntax.InstEmptyWidth && syntax.EmptyOp(inst.Arg)&^(syntax.EmptyBeginText|syntax.EmptyEndText) != 0 {
			return nil
		}
	}
	b := &builder{prog: prog, states: map[string]uint16{}, seen: make([]int, len(prog.Inst))}
	b.classes()
	return b.build()
}

// samples returns a few of the shortest strings that are accepted, one for each
// state in which a text may end.
func (a *automaton) samples() (found []string) {
	const enough = 16
	of := make([]byte, a.width) // a byte of each class
	for c := byte(utf8.RuneSelf - 1); c > 0; c-- {
		of[a.class[c]] = c
	}
	reached := map[uint16]bool{a.start: true}
	type place struct {
		state uint16
		text  string
	}
	for queue := []place{{a.start, ""}}; len(queue) > 0 && len(found) < enough; queue = queue[1:] {
		at := queue[0]
		if a.next[at.state] == 1 {
			found = append(found, at.text)
		}
		for class := 1; class < a.width; class++ {
			if to := a.next[int(at.state)+class]; to != 0 && !reached[to] && of[class] != 0 {
				reached[to] = true
				queue = append(queue, place{to, at.text + string(of[class])})
			}
		}
	}
	return found
}
