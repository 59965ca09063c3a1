package validate

import (
	"errors"
	"maps"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
)

// addHeader adds what kin-openapi says of one response header. Of one that is
// missing it says so in words alone, so the header is looked at again.
func (f *finding) addHeader(name string, err error) {
	var schema *openapi3.SchemaError
	var parse *openapi3filter.ParseError
	if !errors.As(err, &schema) && !errors.As(err, &parse) {
		f.add(InHeader, pointerTo(name), "required", nil)
		return
	}
	f.addKin(InHeader, pointerTo(name), err)
}

// addKin turns kin-openapi's error into violations, pointers below base; at
// least one, for what kin-openapi refuses must never pass.
func (f *finding) addKin(where Where, base string, err error) {
	before := len(f.list)
	if f.translate(where, base, err); len(f.list) == before {
		f.add(where, base, RuleDecode, err)
	}
}

func (f *finding) translate(where Where, base string, err error) {
	switch e := err.(type) { // not errors.As: it would stop at the first of many
	case openapi3.MultiError:
		for _, one := range e {
			f.translate(where, base, one)
		}
	case *openapi3filter.RequestError:
		f.addReason(where, base, e.Reason, e.Err)
	case *openapi3filter.ResponseError:
		f.addReason(where, base, e.Reason, e.Err)
	case *openapi3.SchemaError:
		f.addSchema(where, base, e)
	default:
		switch {
		case errors.Is(err, openapi3filter.ErrInvalidRequired):
			f.add(where, base, "required", nil)
		case errors.Is(err, openapi3filter.ErrInvalidEmptyValue):
			f.add(where, base, RuleEmptyValue, nil)
		default:
			f.add(where, base, RuleDecode, err)
		}
	}
}

func (f *finding) addReason(where Where, base, reason string, err error) {
	if err == nil {
		err = errors.New(reason)
	}
	f.translate(where, base, err)
}

func (f *finding) addSchema(where Where, base string, e *openapi3.SchemaError) {
	rule := e.SchemaField
	if rule == "allOf" { // of its parts, those that failed say more
		if parts := errors.Unwrap(e.Origin); parts != nil {
			f.translate(where, base, parts)
			return
		}
	}
	if rule == "properties" { // kin-openapi's word for a member that is not declared
		f.addUndeclared(where, base, e)
		return
	}
	// the reason alone: the error's text would quote schema and value
	f.add(where, base+pointerTo(e.JSONPointer()...), rule, errors.New(e.Reason))
}

// addUndeclared names the members that the schema does not declare: kin-openapi
// points at their object, once for each of them.
func (f *finding) addUndeclared(where Where, base string, e *openapi3.SchemaError) {
	const rule = "additionalProperties"
	object, _ := e.Value.(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if e.Schema.Properties[name] != nil {
			continue
		}
		pointer := base + pointerTo(append(e.JSONPointer(), name)...)
		if !slices.ContainsFunc(f.list, func(v *Violation) bool { return v.Pointer == pointer && v.Rule == rule }) {
			f.add(where, pointer, rule, nil)
		}
	}
}
