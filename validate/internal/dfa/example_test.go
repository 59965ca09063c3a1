package dfa_test

import (
	"fmt"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/dfa"
)

func Example() {
	d := dfa.Compile(`^[a-z]+-[0-9]+$`)
	for _, text := range []string{"node-1", "node", "größe-1"} {
		matches, ok := dfa.Match(d, text)
		fmt.Println(text, matches, ok)
	}
	fmt.Println(dfa.Compile(`\bword\b`) == nil)
	// Output:
	// node-1 true true
	// node false true
	// größe-1 false false
	// true
}
