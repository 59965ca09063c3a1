package dfa

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	address  = `^([0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}|\[[0-9A-Fa-f:.]{2,45}\]):[1-9][0-9]{0,4}$`
	id       = `^[A-Za-z0-9_-]{1,64}$`
	base64   = `(^$|^[a-zA-Z0-9+/\-_]*=*$)`
	dateTime = `^[0-9]{4}-(0[1-9]|10|11|12)-(0[1-9]|[12][0-9]|3[01])T([0-1][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]+)?(Z|(\+|-)([0-1][0-9]|2[0-3]):[0-5][0-9])$`
)

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

// isASCII reports whether every byte of text is an ASCII character.
func isASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r >= utf8.RuneSelf })
}

// checkExpression compares an expression's automaton with regexp over some
// texts, and reports whether it has one.
func checkExpression(t testing.TB, expression string, texts ...string) bool {
	re, err := regexp.Compile(expression)
	d := Compile(expression)
	if err != nil {
		require.Nil(t, d, "%q", expression)
	}
	if d == nil {
		return false
	}
	require.LessOrEqual(t, len(d.next), maxEntries)
	for _, text := range append(texts, d.Samples()...) {
		want := re.MatchString(text)
		matches, ok := Match(d, text)
		require.Equal(t, isASCII(text), ok)
		require.True(t, !ok || matches == want, "%q over %q", expression, text)
		inBytes, okInBytes := Match(d, []byte(text))
		require.Equal(t, [2]bool{matches, ok}, [2]bool{inBytes, okInBytes})
		checkQuoted(t, d, re, text)
	}
	for _, text := range d.Samples() {
		require.True(t, re.MatchString(text), "%q over its sample %q", expression, text)
	}
	return true
}

// checkQuoted compares MatchQuoted with regexp over the plain characters that
// text begins with.
func checkQuoted(t testing.TB, d *DFA, re *regexp.Regexp, text string) {
	plain := text
	if i := strings.IndexFunc(text, func(r rune) bool { return r < ' ' || r == '"' || r == '\\' || r >= utf8.RuneSelf }); i >= 0 {
		plain = text[:i]
	}
	end, matches := MatchQuoted(d, "é"+text, len("é"))
	require.Equal(t, len("é"+plain), end, "%q", text)
	require.Equal(t, re.MatchString(plain), matches, "%q over %q", re, plain)
}

func TestRandomExpressionsMatchAsRegexpDoes(t *testing.T) {
	t.Parallel()
	g := rand.New(rand.NewPCG(1, 2))
	automata := 0
	for range 2000 {
		texts := make([]string, 12)
		for i := range texts {
			texts[i] = randomText(g)
		}
		if checkExpression(t, randomExpression(g, 4), texts...) {
			automata++
		}
	}
	assert.Greater(t, automata, 500)
}

func TestExpressionsOfContractsHaveAutomata(t *testing.T) {
	t.Parallel()
	texts := []string{
		"", "a", "8f7ee181-88e2-49b7-a4bf-81f18f93a135", "10.0.0.1:80", "10.0.0.1:0", "[::1]:65535", "[::1]", "1.2.3.4:123456", "aGk=", "a=b", "==",
		"2024-02-29", "2024-00-29", "2024-02-29T00:00:00Z", "2024-02-29T00:00:00.Z", "2024-02-29T00:00:00.1-23:59", "a\n", strings.Repeat("a", 65), strings.Repeat("a", 64),
	}
	for _, expression := range []string{
		address, id, base64, dateTime, `^[^@]+@[^@<>",\s]+$`, `^$`, `$^`, ``, `x*`, `a$|^b`, `(?i)straße`, `\x{0041}\x{00E9}`, `(x{1,30}y{1,30}){1,30}`, `^(\pL{1,500}-){2}$`, `(a|b)*c$`,
	} {
		assert.True(t, checkExpression(t, expression, texts...), "%q has no automaton", expression)
	}
}

func TestExpressionsThatAreLeftToRegexp(t *testing.T) {
	t.Parallel()
	for _, expression := range []string{
		`[ab]*a[ab]{20}$`, `[ab]*a[ab]{12}$`, `^(a?){1000}$`, `(.{0,200}a){5}b`, strings.Repeat(`\pL{1,900}-`, 5), // too large
		`a\b`, `(?m)^a$`, `(?m:a$)`, // word boundaries and line anchors
		`(?=a)`, `(`, // unknown to Go
	} {
		assert.Nil(t, Compile(expression), expression)
	}
}

func FuzzMatch(f *testing.F) {
	for _, expression := range []string{address, dateTime, `^$|^x+y?$`, `a$|^b`, `(?i)k`, `[^a]`, `$^`, `(a*)*$`} {
		f.Add(expression, "10.0.0.1:80")
		f.Add(expression, "xxy")
	}
	f.Fuzz(func(t *testing.T, expression, text string) {
		if utf8.ValidString(text) && len(expression) < 60 {
			checkExpression(t, expression, text)
		}
	})
}

func BenchmarkMatch(b *testing.B) {
	for _, c := range []struct{ name, expression, text string }{
		{"address", address, "10.63.238.158:2048"},
		{"id", id, "8f7ee181-88e2-49b7-a4bf-81f18f93a135"},
		{"date-time", dateTime, "2024-02-29T23:59:59.123456Z"},
		{"anywhere", `[0-9]+x`, "a long text with 12x in it"},
	} {
		d, re := Compile(c.expression), regexp.MustCompile(c.expression)
		b.Run(fmt.Sprintf("%s/automaton of %d entries", c.name, len(d.next)), func(b *testing.B) {
			for b.Loop() {
				if matches, ok := Match(d, c.text); !matches || !ok {
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
