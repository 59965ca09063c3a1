package fastpath_test

import (
	"encoding/json"
	"fmt"
	"math/big"
	"reflect"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/fastpath"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/schematest"
)

// referenceError returns why a text must not be ok: kin-openapi refuses it, or
// parsers may read it in different ways.
func referenceError(schema *openapi3.Schema, d fastpath.Direction, text string) error {
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var value any
	if err := dec.Decode(&value); err != nil {
		return fmt.Errorf("encoding/json: %w", err)
	}
	if err := schematest.Strict(text); err != nil {
		return err
	}
	if err := placeError(value, []*openapi3.Schema{schema}, 0); err != nil {
		return err
	}
	as := openapi3.VisitAsRequest()
	if d == fastpath.Response {
		as = openapi3.VisitAsResponse()
	}
	if err := schema.VisitJSON(value, as, openapi3.MultiErrors(), openapi3.DisableSchemaErrorDetails()); err != nil {
		return fmt.Errorf("kin-openapi: %w", err)
	}
	return nil
}

// placeError checks what depends on a value's place in the schema: a member whose
// name differs from a declared one by case alone, and integers of 64 bits.
func placeError(value any, schemas []*openapi3.Schema, depth int) error {
	schemas = withParts(schemas)
	switch value := value.(type) {
	case json.Number:
		int64s := false
		for _, s := range schemas {
			int64s = int64s || s.Format == "int64"
		}
		return exactError(string(value), int64s)
	case []any:
		var items []*openapi3.Schema
		for _, s := range schemas {
			if s.Items != nil {
				items = append(items, s.Items.Value)
			}
		}
		for _, one := range value {
			if err := placeError(one, items, depth+1); err != nil {
				return err
			}
		}
	case map[string]any:
		for name, one := range value {
			var members []*openapi3.Schema
			declared, folded := false, false
			for _, s := range schemas {
				for other, ref := range s.Properties {
					if other == name {
						declared = true
						members = append(members, ref.Value)
					}
					folded = folded || strings.EqualFold(other, name)
				}
			}
			if !declared && folded {
				return fmt.Errorf("member %q differs by case alone", name)
			}
			for _, s := range schemas {
				if a := s.AdditionalProperties.Schema; a != nil && !declared {
					members = append(members, a.Value)
				}
			}
			if err := placeError(one, members, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// withParts returns the schemas and, recursively, those that apply to the same value.
func withParts(schemas []*openapi3.Schema) (all []*openapi3.Schema) {
	seen := map[*openapi3.Schema]bool{}
	var add func(*openapi3.Schema)
	add = func(s *openapi3.Schema) {
		if seen[s] {
			return
		}
		seen[s] = true
		all = append(all, s)
		for _, refs := range []openapi3.SchemaRefs{s.AllOf, s.OneOf, s.AnyOf} {
			for _, ref := range refs {
				add(ref.Value)
			}
		}
	}
	for _, s := range schemas {
		add(s)
	}
	return all
}

// exactError returns why parsers may read a number differently. It shares no code
// with the package.
func exactError(literal string, int64s bool) error {
	if !strings.ContainsAny(literal, ".eE") {
		n, ok := new(big.Int).SetString(literal, 10)
		limit := new(big.Int).Lsh(big.NewInt(1), 53)
		if !ok || int64s && !n.IsInt64() || !int64s && n.CmpAbs(limit) > 0 {
			return fmt.Errorf("integer %s is not exact", literal)
		}
		return nil
	}
	f, err := strconv.ParseFloat(literal, 64)
	mantissa := strings.Trim(strings.NewReplacer("-", "", ".", "").Replace(strings.FieldsFunc(literal, func(r rune) bool { return r|0x20 == 'e' })[0]), "0")
	if err != nil || len(mantissa) > 17 || f == 0 && mantissa != "" {
		return fmt.Errorf("number %s is not exact", literal)
	}
	return nil
}

// sameAsJSON returns how a bound value differs from what encoding/json binds.
func sameAsJSON(text string, bound any) error {
	want := reflect.New(reflect.TypeOf(bound).Elem())
	if err := json.Unmarshal([]byte(text), want.Interface()); err != nil {
		return fmt.Errorf("encoding/json does not bind: %w", err)
	}
	if !reflect.DeepEqual(want.Interface(), bound) {
		return fmt.Errorf("bound %+v, encoding/json %+v", reflect.ValueOf(bound).Elem(), want.Elem())
	}
	return nil
}
