// Package schematest makes random OpenAPI 3.0 schemas, and JSON documents that
// mostly fit them, for tests that compare two validators.
//
//	g := schematest.New(seed, n)      // the same for the same numbers
//	schema := g.Schema(3)             // or g.Combined(3), with oneOf, anyOf and not
//	text := g.Document(schema, 4)
//	text = g.Mutate(text)             // break it somewhere
//
// Strict reads a text as strictly as validate does, with another parser. The
// package judges nothing else.
package schematest

import (
	"math/rand/v2"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// A Generator makes random schemas and documents.
type Generator struct {
	*rand.Rand
	Supported bool // no schema so far has a keyword that always falls back
	Plain     bool // make documents without escapes, white space and oddities

	open []*openapi3.Schema // objects that are being made, so that members can refer to them
}

// New returns a generator that makes the same for the same numbers.
func New(seed, which uint64) *Generator {
	return &Generator{Rand: rand.New(rand.NewPCG(seed, which)), Supported: true}
}

// Chance returns true in so many of 100 cases.
func (g *Generator) Chance(percent int) bool { return g.IntN(100) < percent }

// Pick returns one of its arguments.
func Pick[T any](g interface{ IntN(n int) int }, from ...T) T { return from[g.IntN(len(from))] }

// Mutate breaks a text in one or two places.
func (g *Generator) Mutate(text string) string {
	b := []byte(text)
	for range 1 + g.IntN(2) {
		if len(b) == 0 {
			return " "
		}
		i := g.IntN(len(b))
		switch g.IntN(5) {
		case 0: // flip a bit
			b[i] ^= 1 << g.IntN(8)
		case 1: // delete a byte
			b = slices.Delete(b, i, i+1)
		case 2: // insert a piece of JSON, or of none
			b = slices.Insert(b, i, []byte(Pick(g, `"`, `\`, ",", "]", "}", "0", "-", "e", ".", " ", "\x00", "\xff", "é", `\u0000`, `\ud800`, "null", `"a":1,`, "[", "{"))...)
		case 3: // repeat a piece
			j := min(len(b), i+1+g.IntN(12))
			b = slices.Insert(b, j, slices.Clone(b[i:j])...)
		case 4: // change the case of a letter
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
