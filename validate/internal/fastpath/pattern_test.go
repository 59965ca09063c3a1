package fastpath

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const address = `^([0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}|\[[0-9A-Fa-f:.]{2,45}\]):[1-9][0-9]{0,4}$`

// pieces are what random expressions are made of.
var pieces = []string{
	"a", "b", "ab", "[ab]", "[^a]", ".", `\d`, `\w`, `\s`, `\.`, "^", "$", `\A`, `\z`, `\b`, `\B`, "(?i)", "(?m)", "(?s)", "é", "[à-ÿ]", `\pL`, "[[:alpha:]]", `"`, `\\`, `\n`, "",
}

func randomExpression(g *rand.Rand, depth int) string {
	if depth == 0 || g.IntN(3) == 0 {
		return pieces[g.IntN(len(pieces))]
	}
	inner := randomExpression(g, depth-1)
	switch g.IntN(6) {
	case 0:
		return "(" + inner + "|" + randomExpression(g, depth-1) + ")"
	case 1:
		return "(?:" + inner + ")" + []string{"*", "+", "?", "{2}", "{1,3}", "{0,2}", "*?"}[g.IntN(7)]
	case 2:
		return "^" + inner + "$"
	default:
		return inner + randomExpression(g, depth-1)
	}
}

var letters = []string{"a", "b", "ab", "A", "B", "k", "0", "7", ".", " ", "\n", "\t", `"`, `\`, "é", "ÿ", "_", "x", "\x7f", "\x01", "\u212a"}

func randomText(g *rand.Rand) string {
	var b strings.Builder
	for range g.IntN(8) {
		b.WriteString(letters[g.IntN(len(letters))])
	}
	return b.String()
}

// checkPattern tells whether the expression has an automaton.
func checkPattern(t testing.TB, expression string, texts ...string) bool {
	p := compilePattern(expression)
	if p == nil {
		return false
	}
	require.True(t, p.isKins(expression), "%q", expression)
	for _, text := range texts {
		want := p.regexp.MatchString(text)
		require.Equal(t, want, match(p, text), "%q over %q", expression, text)
		require.Equal(t, want, match(p, []byte(text)), "%q over %q", expression, text)
		if p.auto != nil {
			matches, ok := runOver(p.auto, text)
			require.Equal(t, isASCII(text), ok)
			require.True(t, !ok || matches == want, "%q over %q", expression, text)
		}
	}
	if p.auto != nil {
		require.LessOrEqual(t, len(p.auto.next), maxEntries)
		for _, text := range p.auto.samples() {
			require.True(t, p.regexp.MatchString(text), "%q over its sample %q", expression, text)
		}
	}
	return p.auto != nil
}

func TestRandomPatternsMatchAsRegexpDoes(t *testing.T) {
	g := rand.New(rand.NewPCG(1, 2))
	automata := 0
	for range 4000 {
		texts := make([]string, 12)
		for i := range texts {
			texts[i] = randomText(g)
		}
		if checkPattern(t, randomExpression(g, 4), texts...) {
			automata++
		}
	}
	assert.Greater(t, automata, 1000)
}

func TestPatternsOfContracts(t *testing.T) {
	texts := []string{
		"", "a", "8f7ee181-88e2-49b7-a4bf-81f18f93a135", "10.0.0.1:80", "10.0.0.1:0", "[::1]:65535", "[::1]", "1.2.3.4:123456", "aGk=", "a=b", "==",
		"2024-02-29", "2024-00-29", "2024-02-29T00:00:00Z", "2024-02-29T00:00:00.Z", "2024-02-29T00:00:00.1-23:59", "a\n", strings.Repeat("a", 65), strings.Repeat("a", 64),
	}
	for _, expression := range []string{
		address, `^[A-Za-z0-9_-]{1,64}$`, openapi3.FormatOfStringByte, openapi3.FormatOfStringDate, openapi3.FormatOfStringDateTime,
		openapi3.FormatOfStringForEmail, openapi3.FormatOfStringForUUIDOfRFC9562, `^$`, `$^`, ``, `x*`, `a$|^b`, `(?i)straße`, `\u0041\u00E9`, `(x{1,30}y{1,30}){1,30}`, `^(\pL{1,500}-){2}$`, `[^\u0041]`, `(a|b)*c$`,
	} {
		assert.True(t, checkPattern(t, expression, texts...), "%q has no automaton", expression)
	}
}

// A table that would grow without end is not built, and what is tried for it is
// bounded.
func TestLargePatternsAreLeftToRegexp(t *testing.T) {
	for _, expression := range []string{`[ab]*a[ab]{20}$`, `[ab]*a[ab]{12}$`, `^(a?){1000}$`, `(.{0,200}a){5}b`, strings.Repeat(`\pL{1,900}-`, 5), `a\b`, `(?m)^a$`, `(?m:a$)`} {
		p := compilePattern(expression)
		require.NotNil(t, p, expression)
		assert.True(t, p.auto == nil, expression)
		assert.True(t, p.isKins(expression))
	}
	assert.Nil(t, compilePattern(`(?=a)`))
	assert.Nil(t, compilePattern(`(`))
}

type refusing struct{}

func (refusing) MatchString(string) bool { return false }

// kin-openapi keeps what the first owner's compiler made of a pattern, for all.
func TestAPatternThatAnotherCompilerMadeIsKins(t *testing.T) {
	schema := &openapi3.Schema{Type: &openapi3.Types{"string"}, Pattern: "^of another compiler$"}
	require.Error(t, schema.VisitJSON("of another compiler", openapi3.SetSchemaRegexCompiler(func(string) (openapi3.RegexMatcher, error) { return refusing{}, nil })))
	assert.Nil(t, Compile(schema, Request))
}

func FuzzPattern(f *testing.F) {
	for _, expression := range []string{address, openapi3.FormatOfStringDateTime, `^$|^x+y?$`, `a$|^b`, `(?i)k`, `[^a]`, `$^`, `(a*)*$`} {
		f.Add(expression, "10.0.0.1:80")
		f.Add(expression, "xxy")
	}
	f.Fuzz(func(t *testing.T, expression, text string) {
		if strings.ToValidUTF8(text, "") == text && len(expression) < 60 {
			checkPattern(t, expression, text)
		}
	})
}

func BenchmarkPattern(b *testing.B) {
	for _, c := range []struct{ name, expression, text string }{
		{"address", address, "10.63.238.158:2048"},
		{"id", `^[A-Za-z0-9_-]{1,64}$`, "8f7ee181-88e2-49b7-a4bf-81f18f93a135"},
		{"date-time", openapi3.FormatOfStringDateTime, "2024-02-29T23:59:59.123456Z"},
		{"anywhere", `[0-9]+x`, "a long text with 12x in it"},
	} {
		p, re := compilePattern(c.expression), regexp.MustCompile(c.expression)
		b.Run(fmt.Sprintf("%s/automaton of %d entries", c.name, len(p.auto.next)), func(b *testing.B) {
			for b.Loop() {
				if !match(p, c.text) {
					b.Fatal()
				}
			}
		})
		b.Run(c.name+"/regexp", func(b *testing.B) {
			for b.Loop() {
				if !re.MatchString(c.text) {
					b.Fatal()
				}
			}
		})
	}
}
