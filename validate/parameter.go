package validate

import (
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/fastpath"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/reference"
)

// A parameter is one of an operation, with the checks that are compiled from it.
type parameter struct {
	*openapi3.Parameter
	key     string            // the name as http.Header has it
	program *fastpath.Program // nil: a value is doubted
	judge   *reference.Schema // of one that is JSON; nil: kin-openapi decodes it
	spared  bool              // there is nothing to ask where there is no query
}

func compileParameter(ps *programs, p *openapi3.Parameter) parameter {
	compiled := parameter{Parameter: p, key: http.CanonicalHeaderKey(p.Name)}
	if p.Schema == nil || p.Content != nil {
		if m := p.Content.Get("application/json"); len(p.Content) == 1 && m != nil && m.Schema != nil {
			compiled.judge = ps.judge(m.Schema, fastpath.Request)
		}
		return compiled
	}
	compiled.spared = p.In == openapi3.ParameterInQuery && !p.Required && ps.authority != Kin
	if isPlain(p) {
		compiled.program = ps.of(p.Schema, fastpath.Request)
	}
	return compiled
}

// isPlain tells whether the parameter is a single value that is written as it
// is.
func isPlain(p *openapi3.Parameter) bool {
	styled := p.Style == openapi3.SerializationForm && p.In == openapi3.ParameterInQuery
	return (p.Style == "" || p.Style == openapi3.SerializationSimple || styled) && isPrimitive(p.Schema.Value)
}

func isPrimitive(schema *openapi3.Schema) bool {
	return slices.ContainsFunc([]string{"string", "integer", "number", "boolean"}, schema.Type.Is)
}

// acceptsParameters tells whether all parameters of a request are good. Where it says no,
// kin-openapi is to be asked about those that accept says no of.
func (o *operation) acceptsParameters(r *http.Request, path pathValues) bool {
	for i := range o.parameters {
		if !o.parameters[i].accept(r, path) {
			return false
		}
	}
	return !strings.ContainsAny(r.URL.RawQuery, "%+;") // or it may not decode
}

func (p *parameter) accept(r *http.Request, path pathValues) bool {
	switch {
	case p.spared && r.URL.RawQuery == "":
		return true
	case p.program == nil:
		return false
	}
	switch p.In {
	case openapi3.ParameterInPath:
		return p.program.Text(path.PathValue(p.Name))
	case openapi3.ParameterInHeader:
		return acceptsValues(p.program, r.Header[p.key], p.Required)
	case openapi3.ParameterInQuery:
		return p.acceptQuery(r.URL.RawQuery)
	default:
		return !p.Required && len(r.Header["Cookie"]) == 0
	}
}

// acceptsValues tells whether a header is good. One without a value may be so
// only if it is not there at all.
func acceptsValues(program *fastpath.Program, values []string, required bool) bool {
	switch len(values) {
	case 0:
		return !required && values == nil
	case 1:
		return program.Text(values[0])
	default:
		return false
	}
}

// acceptQuery looks for the parameter in a query that has nothing to decode.
func (p *parameter) acceptQuery(query string) bool {
	if strings.ContainsAny(query, "%+;") {
		return false
	}
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
