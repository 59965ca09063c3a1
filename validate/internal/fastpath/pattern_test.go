package fastpath

import (
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPatternsMatchAsKinOpenAPIDoes(t *testing.T) {
	texts := []string{"", "a", "A", "Aé", "é", "b", "x_y", "on", "a on b", "10.0.0.1:80", "2024-02-29", "a\n", "STRASSE"}
	for _, expression := range []string{`\u0041\u00E9`, `[^\u0041]`, `\bon\b`, `(?m)^a$`, `(?i)strasse`, `^[a-z]+$`, `.`, openapi3.FormatOfStringDate, openapi3.FormatOfStringForEmail} {
		p := compilePattern(expression)
		require.NotNil(t, p, expression)
		assert.True(t, p.matchesReference(expression), expression)
		schema := &openapi3.Schema{Pattern: expression}
		for _, text := range texts {
			want := schema.VisitJSON(text) == nil
			assert.Equal(t, want, match(p, text), "%q over %q", expression, text)
			assert.Equal(t, want, match(p, []byte(text)), "%q over %q", expression, text)
		}
	}
	assert.Nil(t, compilePattern(`(?=a)`), "Go has no lookahead")
	assert.Nil(t, compilePattern(`(`))
}

type refusing struct{}

func (refusing) MatchString(string) bool { return false }

// kin-openapi keeps what the first compiler made of a pattern, for the whole
// process.
func TestAPatternThatAnotherCompilerMadeFallsBack(t *testing.T) {
	schema := &openapi3.Schema{Type: &openapi3.Types{"string"}, Pattern: "^of another compiler$"}
	require.Error(t, schema.VisitJSON("of another compiler", openapi3.SetSchemaRegexCompiler(func(string) (openapi3.RegexMatcher, error) { return refusing{}, nil })))
	assert.Nil(t, Compile(schema, Request))
}
