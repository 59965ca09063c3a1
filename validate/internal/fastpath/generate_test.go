package fastpath_test

import (
	"math/rand/v2"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// A generator makes random schemas, documents that mostly fit them, and Go types
// to bind these to. It is the same for the same seed.
type generator struct {
	*rand.Rand
	open    []*openapi3.Schema // objects that are being made, to refer back to
	covered bool               // nothing that always doubts was made
	plain   bool               // documents without escapes, white space and oddities
}

func newGenerator(seed, which uint64) *generator {
	return &generator{Rand: rand.New(rand.NewPCG(seed, which)), covered: true}
}

func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

func pick[T any](g *generator, from ...T) T { return from[g.IntN(len(from))] }

func ptr[T any](v T) *T { return &v }

// mutate breaks a text somewhere.
func (g *generator) mutate(text string) string {
	b := []byte(text)
	for range 1 + g.IntN(2) {
		if len(b) == 0 {
			return " "
		}
		i := g.IntN(len(b))
		switch g.IntN(5) {
		case 0:
			b[i] ^= 1 << g.IntN(8)
		case 1:
			b = slices.Delete(b, i, i+1)
		case 2:
			b = slices.Insert(b, i, []byte(pick(g, `"`, `\`, ",", "]", "}", "0", "-", "e", ".", " ", "\x00", "\xff", "é", `\u0000`, `\ud800`, "null", `"a":1,`, "[", "{"))...)
		case 3: // repeat a piece
			j := min(len(b), i+1+g.IntN(12))
			b = slices.Insert(b, j, slices.Clone(b[i:j])...)
		case 4: // the case of a letter
			for j := i; j < len(b); j++ {
				if c := b[j] | 0x20; 'a' <= c && c <= 'z' {
					b[j] ^= 0x20
					break
				}
			}
		}
	}
	return string(b)
}
