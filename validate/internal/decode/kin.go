package decode

import (
	"errors"
	"fmt"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/jsontoken"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/rule"
)

// recovered returns check's error. kin-openapi panics on some messages, as on a
// query with filter[a]=1&filter[a][b]=2: what it cannot read is an error.
func recovered(check func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("kin-openapi panicked: %v", p)
		}
	}()
	return check()
}

// maxAskedForAll is the size in bytes up to which kin-openapi is asked for all
// violations: it makes an error of each wrong value.
const maxAskedForAll = 8 << 10

// violations returns the error of a check by options that it sets: the first
// violation, and all of them if the size says that there cannot be many.
func violations(check func() error, size int, o *openapi3filter.Options) error {
	*o = openapi3filter.Options{SkipSettingDefaults: true}
	err := recovered(check)
	if err != nil && size <= maxAskedForAll {
		o.MultiError = true
		return recovered(check)
	}
	return err
}

// add turns kin-openapi's error into violations, with pointers below base. It adds
// at least one, because what kin-openapi refuses must never pass.
func add(found *rule.Collector, in, base string, err error) {
	before := len(found.List)
	if translate(found, in, base, err); len(found.List) == before {
		found.Add(in, base, rule.Decode, err)
	}
}

func translate(found *rule.Collector, in, base string, err error) {
	switch e := err.(type) { // not errors.As, which would stop at the first of many
	case openapi3.MultiError:
		for _, one := range e {
			translate(found, in, base, one)
		}
	case *openapi3filter.RequestError:
		translate(found, in, base, reason(e.Reason, e.Err))
	case *openapi3filter.ResponseError:
		translate(found, in, base, reason(e.Reason, e.Err))
	case *openapi3.SchemaError:
		addSchema(found, in, base, e)
	case *openapi3filter.ParseError:
		if in == rule.InBody && e.Kind == openapi3filter.KindUnsupportedFormat {
			found.Add(rule.InHeader, jsontoken.Pointer("Content-Type"), rule.ContentType, err)
			return
		}
		found.Add(in, base+jsontoken.Pointer(pathOf(e)...), rule.Decode, err)
	default:
		switch {
		case errors.Is(err, openapi3filter.ErrInvalidRequired):
			found.Add(in, base, rule.Required, nil)
		case errors.Is(err, openapi3filter.ErrInvalidEmptyValue):
			found.Add(in, base, rule.EmptyValue, nil)
		default:
			found.Add(in, base, rule.Decode, err)
		}
	}
}

// reason returns err, or the reason as an error if there is none.
func reason(text string, err error) error {
	if err == nil {
		return errors.New(text)
	}
	return err
}

func addSchema(found *rule.Collector, in, base string, e *openapi3.SchemaError) {
	var parts openapi3.MultiError // errors.As, because kin-openapi has types of its own here
	errors.As(e.Origin, &parts)
	if e.SchemaField == "allOf" && len(parts) > 0 || e.SchemaField == "oneOf" && len(parts) == 1 {
		translate(found, in, base, parts) // the parts that failed, or the one that a discriminator names, say more
		return
	}
	// the reason alone: the error's text would quote schema and value
	found.Add(in, base+jsontoken.Pointer(e.JSONPointer()...), e.SchemaField, errors.New(e.Reason))
}

// pathOf returns where a value does not decode, the outermost name first.
// ParseError.Path begins with the names of its cause.
func pathOf(e *openapi3filter.ParseError) (names []string) {
	for e != nil {
		path := e.Path()
		cause, _ := e.Cause.(*openapi3filter.ParseError)
		if cause != nil {
			path = path[len(cause.Path()):]
		}
		for _, name := range path {
			names = append(names, fmt.Sprint(name))
		}
		e = cause
	}
	return names
}
