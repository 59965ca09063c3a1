package dfa

import (
	"encoding/binary"
	"regexp/syntax"
	"slices"
	"unicode/utf8"
)

// A builder makes the states of a DFA from sets of instructions (the subset
// construction).
type builder struct {
	prog       *syntax.Prog
	dfa        DFA
	byteOf     []byte            // one byte of each class
	states     map[string]uint16 // states by the key of their set
	sets       [][]uint32        // sets by the number of their row
	steps      int               // instructions that closures looked at
	closures   int
	lookedAtBy []int // by instruction, the last closure that looked at it
}

func newBuilder(prog *syntax.Prog) *builder {
	b := &builder{prog: prog, states: map[string]uint16{}, lookedAtBy: make([]int, len(prog.Inst))}
	b.classify()
	return b
}

// classify puts the bytes that no instruction distinguishes into one class.
func (b *builder) classify() {
	known := map[string]uint16{}
	for c := range byte(utf8.RuneSelf) {
		signature := make([]byte, len(b.prog.Inst))
		for pc := range b.prog.Inst {
			if matchesByte(&b.prog.Inst[pc], c) {
				signature[pc] = 1
			}
		}
		class, ok := known[string(signature)]
		if !ok {
			class = uint16(len(known) + 1)
			known[string(signature)] = class
			b.byteOf = append(b.byteOf, c)
		}
		b.dfa.class[c] = class
		if c >= ' ' && c != '"' && c != '\\' {
			b.dfa.quoted[c] = class
		}
	}
	b.dfa.width = len(known) + 1
}

func matchesByte(inst *syntax.Inst, c byte) bool {
	switch inst.Op {
	case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
		return inst.MatchRune(rune(c))
	}
	return false
}

// build returns nil if the automaton exceeds a limit.
func (b *builder) build() *DFA {
	d := &b.dfa
	d.next = make([]uint16, d.width) // row 0
	b.sets = [][]uint32{nil}
	b.states[""] = 0
	d.start = uint16(d.width)
	b.addState(b.closure([]uint32{uint32(b.prog.Start)}, syntax.EmptyBeginText), syntax.EmptyBeginText)
	for row := 1; row < len(b.sets); row++ {
		for class, c := range b.byteOf {
			to, ok := b.step(b.sets[row], c)
			if !ok {
				return nil
			}
			d.next[row*d.width+class+1] = to
		}
	}
	return d
}

// step returns the state that follows set after the byte c. ok is false if the
// automaton exceeds a limit.
func (b *builder) step(set []uint32, c byte) (state uint16, ok bool) {
	to := []uint32{uint32(b.prog.Start)} // a match may also begin here
	for _, pc := range set {
		switch inst := &b.prog.Inst[pc]; {
		case inst.Op == syntax.InstMatch: // the match is complete, whatever follows
			to = append(to, pc)
		case matchesByte(inst, c):
			to = append(to, inst.Out)
		}
	}
	if to = b.closure(to, 0); b.steps > maxSteps {
		return 0, false
	}
	key := keyOf(to)
	if state, ok := b.states[key]; ok {
		return state, true
	}
	if len(b.dfa.next)+b.dfa.width > maxEntries {
		return 0, false
	}
	b.states[key] = uint16(len(b.dfa.next))
	b.addState(to, 0)
	return b.states[key], true
}

// addState appends a row for set, which is reached where the anchors of at hold.
func (b *builder) addState(set []uint32, at syntax.EmptyOp) {
	row := make([]uint16, b.dfa.width)
	end := b.closure(set, at|syntax.EmptyEndText)
	if slices.ContainsFunc(end, func(pc uint32) bool { return b.prog.Inst[pc].Op == syntax.InstMatch }) {
		row[stop] = 1
	}
	b.sets, b.dfa.next = append(b.sets, set), append(b.dfa.next, row...)
}

// closure follows the instructions that read no byte, with the anchors that hold
// at this place. It returns those that read a byte or wait for the end of the
// text, sorted; or the match alone if one is reached.
func (b *builder) closure(from []uint32, at syntax.EmptyOp) (set []uint32) {
	b.closures++
	for stack := slices.Clone(from); len(stack) > 0; {
		pc := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if b.lookedAtBy[pc] == b.closures {
			continue
		}
		b.lookedAtBy[pc] = b.closures
		b.steps++
		switch inst := &b.prog.Inst[pc]; inst.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			stack = append(stack, inst.Out, inst.Arg)
		case syntax.InstCapture, syntax.InstNop:
			stack = append(stack, inst.Out)
		case syntax.InstEmptyWidth:
			if syntax.EmptyOp(inst.Arg)&^at == 0 {
				stack = append(stack, inst.Out)
			} else if syntax.EmptyOp(inst.Arg)&syntax.EmptyBeginText == 0 {
				set = append(set, pc)
			}
		case syntax.InstFail:
		case syntax.InstMatch:
			return []uint32{pc}
		default:
			set = append(set, pc)
		}
	}
	slices.Sort(set)
	return set
}

func keyOf(set []uint32) string {
	key := make([]byte, 0, 4*len(set))
	for _, pc := range set {
		key = binary.LittleEndian.AppendUint32(key, pc)
	}
	return string(key)
}
