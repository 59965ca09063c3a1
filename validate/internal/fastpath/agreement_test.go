package fastpath_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/fastpath"
	checks "github.com/dcs-sessions/dcs-sessions/validate/internal/reference"
)

// hugeNumber is one that may have no float64.
var hugeNumber = regexp.MustCompile(`[eE][+-]?[0-9]{3}`)

// combined is a random schema with the keywords that hold schemas for the same
// value, and those that look at all items.
func (g *generator) combined(depth int) *openapi3.Schema {
	if depth == 0 || g.chance(30) {
		return g.schema(2)
	}
	s := &openapi3.Schema{Nullable: g.chance(10)}
	switch g.IntN(7) {
	case 0, 1:
		s.OneOf = g.refs(depth)
	case 2:
		s.AnyOf = g.refs(depth)
	case 3:
		s.AllOf = g.refs(depth)
	case 4:
		s.Not = &openapi3.SchemaRef{Value: g.combined(depth - 1)}
	case 5:
		s.Type, s.UniqueItems = &openapi3.Types{"array"}, g.chance(70)
		s.Items = &openapi3.SchemaRef{Value: g.combined(depth - 1)}
	case 6:
		return g.tagged(depth)
	}
	if g.chance(10) {
		s.AllOf = append(s.AllOf, again(s))
	}
	return s
}

func (g *generator) refs(depth int) (refs openapi3.SchemaRefs) {
	for range 1 + g.IntN(3) {
		refs = append(refs, &openapi3.SchemaRef{Value: g.combined(depth - 1)})
	}
	return refs
}

// tagged is a choice by a discriminator.
func (g *generator) tagged(depth int) *openapi3.Schema {
	s := &openapi3.Schema{Discriminator: &openapi3.Discriminator{PropertyName: "a", Mapping: map[string]openapi3.MappingRef{}}}
	refs := g.refs(depth)
	for i, ref := range refs {
		ref.Ref = fmt.Sprintf("#/components/schemas/S%d", i)
		if g.chance(80) {
			s.Discriminator.Mapping[pick(g, "red", "on", "a", "")] = openapi3.MappingRef{Ref: pick(g, ref.Ref, fmt.Sprintf("S%d", i))}
		}
	}
	if g.chance(50) {
		s.OneOf = refs
	} else {
		s.AnyOf = refs
	}
	return s
}

// fitting is a document that fits a schema, or a part of it.
func (g *generator) fitting(s *openapi3.Schema, depth int) string {
	parts := slices.Concat(s.OneOf, s.AnyOf, s.AllOf)
	if len(parts) > 0 && depth > 0 {
		return g.fitting(pick(g, parts...).Value, depth-1)
	}
	if s.Items != nil && depth > 0 {
		var items []string
		for range g.IntN(4) {
			items = append(items, g.fitting(s.Items.Value, depth-1))
		}
		return "[" + strings.Join(items, ",") + "]"
	}
	if g.chance(10) {
		return `{"a":"red","b":` + g.document(s, 2) + `}`
	}
	return g.document(s, 3)
}

// The judge finds what kin-openapi finds, in its order.
func TestTheJudgeAgreesWithKin(t *testing.T) {
	documents, good, several := 0, 0, 0
	for which := uint64(0); documents < *executions; which++ {
		g := newGenerator(*seed, which)
		schema := g.combined(3)
		d := pick(g, fastpath.Request, fastpath.Response)
		quick := fastpath.Compile
		if g.chance(30) {
			quick = nil
		}
		compiled := checks.NewCompiler(d, quick).Schema(schema)
		for range 16 {
			text := g.fitting(schema, 4)
			if g.chance(40) {
				text = g.mutate(text)
			}
			if !json.Valid([]byte(text)) || strict(text) != nil || hugeNumber.MatchString(text) {
				continue // validate refuses it before
			}
			documents++
			want := askKin(schema, d, text)
			if len(want) > 100 {
				continue
			}
			found, err := compiled.Find(context.Background(), text, 100)
			require.NoError(t, err)
			var got []string
			for _, one := range found {
				got = append(got, one.Pointer+" "+one.Rule)
			}
			if !slices.Equal(want, got) {
				shown, _ := json.Marshal(schema)
				require.Equal(t, want, got, "seed %d, schema %d: %s\n%s", *seed, which, text, shown)
			}
			few, err := compiled.Find(context.Background(), text, 1)
			require.NoError(t, err)
			require.Len(t, few, min(len(want), 1))
			switch {
			case len(want) == 0:
				good++
			case len(want) > 1:
				several++
			}
		}
	}
	t.Logf("seed %d: %d documents, %d good, %d with several violations", *seed, documents, good, several)
	assert.Greater(t, good*100, documents*15)
	assert.Greater(t, several*100, documents*5)
}

// askKin lists what kin-openapi has against a text.
func askKin(schema *openapi3.Schema, d fastpath.Direction, text string) (list []string) {
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
	var tell func(err error)
	add := func(pointer []string, rule string) {
		text := ""
		for _, name := range pointer {
			text += "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
		}
		if text += " " + rule; !slices.Contains(list, text) {
			list = append(list, text)
		}
	}
	tell = func(err error) {
		switch e := err.(type) {
		case nil:
		case openapi3.MultiError:
			for _, one := range e {
				tell(one)
			}
		case *openapi3.SchemaError:
			var parts openapi3.MultiError
			errors.As(e.Origin, &parts)
			switch {
			case e.SchemaField == "allOf" && len(parts) > 0, e.SchemaField == "oneOf" && len(parts) == 1:
				tell(parts)
			case e.SchemaField == "properties":
				object, _ := e.Value.(map[string]any)
				names := make([]string, 0, len(object))
				for name := range object {
					if e.Schema.Properties[name] == nil {
						names = append(names, name)
					}
				}
				slices.Sort(names)
				for _, name := range names {
					add(append(e.JSONPointer(), name), "additionalProperties")
				}
			default:
				add(e.JSONPointer(), e.SchemaField)
			}
		default:
			add(nil, fmt.Sprintf("%T", err))
		}
	}
	tell(schema.VisitJSON(value, as, openapi3.MultiErrors()))
	return list
}
