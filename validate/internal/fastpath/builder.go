package fastpath

import (
	"encoding/binary"
	"regexp/syntax"
	"slices"
	"unicode/utf8"
)

// A builder makes the states of an automaton out of sets of instructions.
type builder struct {
	prog    *syntax.Prog
	auto    automaton
	members []byte            // of each class, one
	states  map[string]uint16 // rows by their sets
	sets    [][]uint32        // by row
	steps   int
	seen    []int // by instruction, the closure that looked at it
	closed  int   // closures
}

// classes puts those bytes into one class that no instruction tells apart.
func (b *builder) classes() {
	known := map[string]uint16{}
	for c := range byte(utf8.RuneSelf) {
		signature := make([]byte, len(b.prog.Inst))
		for pc := range b.prog.Inst {
			if matches(&b.prog.Inst[pc], c) {
				signature[pc] = 1
			}
		}
		class, ok := known[string(signature)]
		if !ok {
			class = uint16(len(known) + 1)
			known[string(signature)] = class
			b.members = append(b.members, c)
		}
		b.auto.class[c] = class
		if ordinary[c] {
			b.auto.quoted[c] = class
		}
	}
	b.auto.width = len(known) + 1
}

func matches(inst *syntax.Inst, c byte) bool {
	switch inst.Op {
	case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
		return inst.MatchRune(rune(c))
	}
	return false
}

func (b *builder) build() *automaton {
	a := &b.auto
	a.next = make([]uint16, a.width) // row 0
	b.sets = [][]uint32{nil}
	b.states[""] = 0
	a.start = uint16(a.width)
	b.add(b.closure([]uint32{uint32(b.prog.Start)}, syntax.EmptyBeginText), syntax.EmptyBeginText)
	for row := 1; row < len(b.sets); row++ {
		for class, c := range b.members {
			to, ok := b.step(b.sets[row], c)
			if !ok {
				return nil
			}
			a.next[row*a.width+class+1] = to
		}
	}
	return a
}

// step returns the state after c.
func (b *builder) step(set []uint32, c byte) (state uint16, ok bool) {
	to := []uint32{uint32(b.prog.Start)} // the match may begin here, too
	for _, pc := range set {
		switch inst := &b.prog.Inst[pc]; {
		case inst.Op == syntax.InstMatch: // found, whatever follows
			to = append(to, pc)
		case matches(inst, c):
			to = append(to, inst.Out)
		}
	}
	if to = b.closure(to, 0); b.steps > maxSteps {
		return 0, false
	}
	key := keyOfSet(to)
	if state, ok := b.states[key]; ok {
		return state, true
	}
	if len(b.auto.next)+b.auto.width > maxEntries {
		return 0, false
	}
	b.states[key] = uint16(len(b.auto.next))
	b.add(to, 0)
	return b.states[key], true
}

// add appends a row.
func (b *builder) add(set []uint32, at syntax.EmptyOp) {
	row := make([]uint16, b.auto.width)
	end := b.closure(set, at|syntax.EmptyEndText)
	if slices.ContainsFunc(end, func(pc uint32) bool { return b.prog.Inst[pc].Op == syntax.InstMatch }) {
		row[stop] = 1
	}
	b.sets, b.auto.next = append(b.sets, set), append(b.auto.next, row...)
}

// closure follows what reads no byte, and the anchors that hold at this place. It
// keeps the instructions that read and the end that may come, sorted; or the
// match alone.
func (b *builder) closure(from []uint32, at syntax.EmptyOp) (set []uint32) {
	b.closed++
	for stack := slices.Clone(from); len(stack) > 0; {
		pc := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if b.seen[pc] == b.closed {
			continue
		}
		b.seen[pc] = b.closed
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

func keyOfSet(set []uint32) string {
	key := make([]byte, 0, 4*len(set))
	for _, pc := range set {
		key = binary.LittleEndian.AppendUint32(key, pc)
	}
	return string(key)
}
