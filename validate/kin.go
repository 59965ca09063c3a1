package validate

import (
	"errors"
	"fmt"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
)

// ask is kin-openapi's verdict. It panics on some messages, as on a query with
// filter[a]=1&filter[a][b]=2: what it cannot read is refused.
func ask(check func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("validate: kin-openapi panicked: %v", p)
		}
	}()
	return check()
}

// fewBytes is how much kin-openapi may have before it when it is asked for all
// that is wrong: it makes an error of each wrong value.
const fewBytes = 8 << 10

// askFirst is kin-openapi's verdict, by options that it sets: the first thing that
// is wrong, and all that is where there cannot be much.
func askFirst(check func() error, size int, o *openapi3filter.Options) error {
	*o = openapi3filter.Options{SkipSettingDefaults: true}
	err := ask(check)
	if err != nil && size <= fewBytes {
		o.MultiError = true
		return ask(check)
	}
	return err
}

// addHeader adds what kin-openapi says of one response header. Of one that is
// missing it says so in words alone.
func (f *finding) addHeader(name string, err error) {
	if missing, ok := err.(*openapi3filter.ResponseError); ok && missing.Err == nil {
		f.add(InHeader, pointerTo(name), "required", nil)
		return
	}
	f.addKin(InHeader, pointerTo(name), err)
}

// addParameter adds what kin-openapi says of one parameter. Of some that are
// missing, those with content and alternatives, it says that they do not decode.
func (f *finding) addParameter(input *openapi3filter.RequestValidationInput, p *openapi3.Parameter, err error) {
	var schema *openapi3.SchemaError
	var parse *openapi3filter.ParseError
	if p.Required && !isSent(input, p) && !errors.As(err, &schema) && !errors.As(err, &parse) {
		err = openapi3filter.ErrInvalidRequired
	}
	f.addKin(Where(p.In), pointerTo(p.Name), err)
}

func isSent(input *openapi3filter.RequestValidationInput, p *openapi3.Parameter) bool {
	switch p.In {
	case openapi3.ParameterInQuery:
		return input.QueryParams.Has(p.Name)
	case openapi3.ParameterInHeader:
		return len(input.Request.Header.Values(p.Name)) > 0
	case openapi3.ParameterInCookie:
		return len(input.Request.CookiesNamed(p.Name)) > 0
	default:
		return true
	}
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
	case *openapi3filter.ParseError:
		if where == InBody && e.Kind == openapi3filter.KindUnsupportedFormat {
			f.add(InHeader, pointerTo("Content-Type"), RuleContentType, err)
			return
		}
		f.add(where, base+pointerTo(parsePath(e)...), RuleDecode, err)
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
	var parts openapi3.MultiError // As: those that kin-openapi has here are types of its own
	errors.As(e.Origin, &parts)
	if rule == "allOf" && len(parts) > 0 || rule == "oneOf" && len(parts) == 1 {
		f.translate(where, base, parts) // those that failed say more, as does the one that a discriminator names
		return
	}
	// the reason alone: the error's text would quote schema and value
	f.add(where, base+pointerTo(e.JSONPointer()...), rule, errors.New(e.Reason))
}

// parsePath returns where a value does not decode, the outermost name first.
// ParseError.Path has the causes' own names before.
func parsePath(e *openapi3filter.ParseError) (names []string) {
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
