// Package dfa compiles regular expressions to deterministic finite automata over
// ASCII. Matching costs one table look-up a byte.
//
//	d := dfa.Compile(`^[0-9]+$`) // nil if the expression has no small automaton
//	if d != nil {
//		matches, ok := dfa.Match(d, text) // ok is false for a text that is not ASCII
//	}
//
// An automaton decides as regexp.MatchString does: the expression is found
// anywhere in the text unless it is anchored. The benchmarks compare both.
//
// It finds no positions and no submatches. Expressions with word boundaries or
// line anchors, texts that are not ASCII, and expressions whose automaton would
// be large are left to package regexp.
package dfa
