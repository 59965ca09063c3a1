package reference_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/fastpath"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/jsontoken"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/reference"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/schematest"
)

var (
	executions = flag.Int("executions", 8_000, "number of documents of the differential test")
	seed       = flag.Uint64("seed", 1, "seed of the differential test; 0 means another one each time")
)

// hugeNumber matches a number that may have no float64.
var hugeNumber = regexp.MustCompile(`[eE][+-]?[0-9]{3}`)

// documents counts what the differential test did.
type documents struct{ all, valid, several int }

// Random schemas and random documents: Find returns the findings of kin-openapi,
// in its order. The test asserts the shares, because otherwise it might compare
// nothing.
func TestFindAgreesWithKinOpenAPI(t *testing.T) {
	t.Parallel()
	if *seed == 0 {
		*seed = rand.Uint64()
	}
	var n documents
	for which := uint64(0); n.all < *executions; which++ {
		compareFindings(t, which, &n)
	}
	t.Logf("seed %d: %d documents, %d valid, %d with several findings", *seed, n.all, n.valid, n.several)
	assert.Greater(t, n.valid*100, n.all*15, "valid")
	assert.Greater(t, n.several*100, n.all*5, "several findings")
}

// compareFindings makes one schema and up to 16 documents.
func compareFindings(t *testing.T, which uint64, n *documents) {
	g := schematest.New(*seed, which)
	schema := g.Combined(3)
	d := schematest.Pick(g, fastpath.Request, fastpath.Response)
	compile := fastpath.Compile
	if g.Chance(30) {
		compile = nil
	}
	compiled := reference.NewCompiler(d, compile).Schema(schema)
	for range 16 {
		text := g.CombinedDocument(schema, 4)
		if g.Chance(40) {
			text = g.Mutate(text)
		}
		if !json.Valid([]byte(text)) || schematest.Strict(text) != nil || hugeNumber.MatchString(text) {
			continue // validate refuses such a text before
		}
		n.all++
		want := kinFindings(schema, d, text)
		const most = 100
		if len(want) > most {
			continue
		}
		got := findings(t, compiled, text, most)
		if !slices.Equal(want, got) {
			shown, _ := json.Marshal(schema)
			require.Equal(t, want, got, "seed %d, schema %d: %s\n%s", *seed, which, text, shown)
		}
		require.Len(t, findings(t, compiled, text, 1), min(len(want), 1))
		switch {
		case len(want) == 0:
			n.valid++
		case len(want) > 1:
			n.several++
		}
	}
}

// findings returns what Find finds, each as a pointer and a rule.
func findings(t *testing.T, s *reference.Schema, text string, most int) (list []string) {
	t.Helper()
	found, err := s.Find(t.Context(), text, most)
	require.NoError(t, err)
	for _, one := range found {
		list = append(list, one.Pointer+" "+one.Rule)
	}
	return list
}

// kinFindings returns what kin-openapi finds, in the same form.
func kinFindings(schema *openapi3.Schema, d fastpath.Direction, text string) (list []string) {
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var value any
	if err := dec.Decode(&value); err != nil {
		return []string{err.Error()}
	}
	as := openapi3.VisitAsRequest()
	if d == fastpath.Response {
		as = openapi3.VisitAsResponse()
	}
	add := func(pointer []string, rule string) {
		if finding := jsontoken.Pointer(pointer...) + " " + rule; !slices.Contains(list, finding) {
			list = append(list, finding)
		}
	}
	var addError func(err error)
	addError = func(err error) {
		switch e := err.(type) {
		case nil:
		case openapi3.MultiError:
			for _, one := range e {
				addError(one)
			}
		case *openapi3.SchemaError:
			var parts openapi3.MultiError
			errors.As(e.Origin, &parts)
			switch {
			case e.SchemaField == "allOf" && len(parts) > 0, e.SchemaField == "oneOf" && len(parts) == 1:
				addError(parts)
			case e.SchemaField == "properties":
				for _, name := range undeclared(e) {
					add(append(e.JSONPointer(), name), "additionalProperties")
				}
			default:
				add(e.JSONPointer(), e.SchemaField)
			}
		default:
			add(nil, fmt.Sprintf("%T", err))
		}
	}
	// without details, because printing schema and value takes most of the time
	addError(schema.VisitJSON(value, as, openapi3.MultiErrors(), openapi3.DisableSchemaErrorDetails()))
	return list
}

// undeclared returns the sorted names of the members that a closed schema does
// not declare.
func undeclared(e *openapi3.SchemaError) (names []string) {
	object, _ := e.Value.(map[string]any)
	for name := range object {
		if e.Schema.Properties[name] == nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
