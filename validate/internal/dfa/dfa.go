package dfa

import (
	"regexp/syntax"
	"unicode/utf8"
)

// A DFA is the automaton of one regular expression. It is safe for concurrent
// use.
//
// Bytes that the expression does not distinguish share a class. A state is the
// offset of its row in next, and a row has one entry for each class. Row 0 is
// the state that no byte leaves. The entry of class stop, which no byte of the
// text has, is 1 if the text may end in that state.
type DFA struct {
	class  [256]uint16 // stop: the byte is not ASCII
	quoted [256]uint16 // class within a JSON string. stop also: quote, backslash and control characters
	next   []uint16
	start  uint16
	width  int // of a row
}

const stop = 0

// Limits of an automaton: a table of 64 KiB, the expression's instructions, and
// how often the builder looks at one.
const (
	maxEntries      = 1 << 15
	maxInstructions = 1 << 12
	maxSteps        = 1 << 20
)

// Compile returns nil for an expression that package regexp does not accept, for
// one with word boundaries or line anchors, and for one whose automaton would be
// large.
func Compile(expression string) *DFA {
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
	return newBuilder(prog).build()
}

// Match reports whether the expression matches text. ok is false if text is not
// ASCII.
func Match[T string | []byte](d *DFA, text T) (matches, ok bool) {
	state := d.start
	for i := range len(text) {
		class := d.class[text[i]]
		if class == stop {
			return false, false
		}
		state = d.next[state+class]
	}
	return d.next[state+stop] == 1, true
}

// MatchQuoted matches the content of a JSON string, which starts at i, and
// reports whether the expression matches the bytes from i to end. At end stands
// the first byte that is not a plain ASCII character of a JSON string: the
// closing quote, an escape, a control character or a byte of a longer character.
// end is len(text) if there is no such byte.
func MatchQuoted[T string | []byte](d *DFA, text T, i int) (end int, matches bool) {
	next, state := d.next, d.start
	for ; i < len(text); i++ {
		class := d.quoted[text[i]]
		if class == stop {
			break
		}
		state = next[state+class]
	}
	return i, next[state+stop] == 1
}

// Samples returns a few of the shortest texts that match, one for each state in
// which a text may end.
func (d *DFA) Samples() (samples []string) {
	const enough = 16
	byteOf := make([]byte, d.width) // one byte of each class
	for c := byte(utf8.RuneSelf - 1); c > 0; c-- {
		byteOf[d.class[c]] = c
	}
	type place struct {
		state uint16
		text  string
	}
	reached := map[uint16]bool{d.start: true}
	for queue := []place{{d.start, ""}}; len(queue) > 0 && len(samples) < enough; queue = queue[1:] {
		at := queue[0]
		if d.next[at.state+stop] == 1 {
			samples = append(samples, at.text)
		}
		for class := 1; class < d.width; class++ {
			if to := d.next[int(at.state)+class]; to != 0 && !reached[to] && byteOf[class] != 0 {
				reached[to] = true
				queue = append(queue, place{to, at.text + string(byteOf[class])})
			}
		}
	}
	return samples
}
