package check

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/decode"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/fastpath"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/reference"
)

// A parameter is one of an operation, with its compiled checks.
type parameter struct {
	*openapi3.Parameter
	key           string            // the name as http.Header has it
	program       *fastpath.Program // nil: always falls back
	reference     *reference.Schema // of one that is declared as JSON content; nil: package decode checks it
	skipIfNoQuery bool              // an optional query parameter needs no check if the URL has no query
}

func (cp *compiler) parameter(p *openapi3.Parameter) parameter {
	compiled := parameter{Parameter: p, key: http.CanonicalHeaderKey(p.Name)}
	if p.Schema == nil || p.Content != nil {
		if m := p.Content.Get("application/json"); len(p.Content) == 1 && m != nil && m.Schema != nil {
			compiled.reference = cp.reference(m.Schema, fastpath.Request)
		}
		return compiled
	}
	compiled.skipIfNoQuery = p.In == openapi3.ParameterInQuery && !p.Required && !cp.noFastPath
	if isPlain(p) {
		compiled.program = cp.program(p.Schema, fastpath.Request)
	}
	return compiled
}

// isPlain reports whether the parameter is a single value that is written as it is.
func isPlain(p *openapi3.Parameter) bool {
	isForm := p.Style == openapi3.SerializationForm && p.In == openapi3.ParameterInQuery
	return (p.Style == "" || p.Style == openapi3.SerializationSimple || isForm) && isPrimitive(p.Schema.Value)
}

func isPrimitive(schema *openapi3.Schema) bool {
	return slices.ContainsFunc([]string{"string", "integer", "number", "boolean"}, schema.Type.Is)
}

// ok reports whether the compiled checks take the request's value. isPlainQuery says
// that nothing in the query is escaped.
func (p *parameter) ok(h *RequestHead, isPlainQuery bool) bool {
	switch {
	case p.skipIfNoQuery && h.RawQuery == "":
		return true
	case p.program == nil:
		return false
	}
	switch p.In {
	case openapi3.ParameterInPath:
		return p.program.Text(h.Path.PathValue(p.Name))
	case openapi3.ParameterInHeader:
		return valuesOK(p.program, h.Header[p.key], p.Required)
	case openapi3.ParameterInQuery:
		return isPlainQuery && p.queryOK(h.RawQuery)
	default:
		return !p.Required && len(h.Header["Cookie"]) == 0
	}
}

// valuesOK reports whether the compiled checks take a header. One that is not
// required may be absent, but not without a value.
func valuesOK(program *fastpath.Program, values []string, required bool) bool {
	switch len(values) {
	case 0:
		return !required && values == nil
	case 1:
		return program.Text(values[0])
	default:
		return false
	}
}

// queryOK looks for the parameter in a query that has nothing to decode.
func (p *parameter) queryOK(query string) bool {
	found := false
	for query != "" {
		var pair string
		pair, query, _ = strings.Cut(query, "&")
		name, value, _ := strings.Cut(pair, "=")
		if name != p.Name {
			continue
		}
		if found || !p.program.Text(value) {
			return false
		}
		found = true
	}
	return found || !p.Required
}

// A header is one declared header of a response.
type header struct {
	key        string
	isRequired bool
	program    *fastpath.Program // nil: always falls back
	decode.Header
}

func (cp *compiler) headers(declared openapi3.Headers) (list []header) {
	for _, name := range slices.Sorted(maps.Keys(declared)) {
		if strings.EqualFold(name, "Content-Type") { // the content says what it is
			continue
		}
		h := header{
			key: http.CanonicalHeaderKey(name), isRequired: declared[name].Value.Required,
			Header: decode.NewHeader(name, declared[name]),
		}
		if p := declared[name].Value.Parameter; p.Schema != nil && p.Content == nil && isPlain(&p) {
			h.program = cp.program(p.Schema, fastpath.Response)
		}
		list = append(list, h)
	}
	return list
}

// ok reports whether the compiled checks take the response's header.
func (d *header) ok(h http.Header) bool {
	return d.program != nil && valuesOK(d.program, h[d.key], d.isRequired)
}
