package decode

import (
	"encoding/json"
	"net/http"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/jsontoken"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/rule"
)

// Content returns the value of a parameter that is declared as JSON content and
// that the request has. ok is false if there is nothing to check: the parameter may
// be empty and is, or a violation was added. As openapi3filter does, it takes text
// that is no JSON for a string, unless an object is declared.
func Content(p *openapi3.Parameter, r *Request, found *rule.Collector) (value any, ok bool) {
	pointer := jsontoken.Pointer(p.Name)
	if r.IsRepeated(p) {
		found.Add(rule.InQuery, pointer, rule.Repeated, nil)
		return nil, false
	}
	schema := p.Content.Get("application/json").Schema
	values := r.values(p)
	if len(values) > 1 && p.In != openapi3.ParameterInQuery {
		found.Add(p.In, pointer, rule.Decode, nil)
		return nil, false
	}
	value, ok = contentValue(values, schema)
	switch {
	case !ok:
		found.Add(p.In, pointer, rule.Decode, nil)
	case value == nil && !p.AllowEmptyValue:
		found.Add(p.In, pointer, rule.EmptyValue, nil)
	case value == nil, value == "" && p.AllowEmptyValue:
	default:
		return value, true
	}
	return nil, false
}

func (r *Request) values(p *openapi3.Parameter) []string {
	switch p.In {
	case openapi3.ParameterInPath:
		return []string{r.input.PathParams[p.Name]}
	case openapi3.ParameterInQuery:
		return r.input.QueryParams[p.Name]
	case openapi3.ParameterInHeader:
		return r.input.Request.Header[http.CanonicalHeaderKey(p.Name)]
	default:
		return []string{r.input.Request.CookiesNamed(p.Name)[0].Value}
	}
}

func contentValue(values []string, schema *openapi3.SchemaRef) (value any, ok bool) {
	if len(values) == 1 {
		return readContent(values[0], schema)
	}
	list := make([]any, 0, len(values))
	for _, text := range values {
		item, ok := readContent(text, schema.Value.Items)
		if !ok {
			return nil, false
		}
		list = append(list, item)
	}
	return list, true
}

func readContent(text string, schema *openapi3.SchemaRef) (value any, ok bool) {
	if json.Unmarshal([]byte(text), &value) == nil {
		return value, true
	}
	if schema != nil && !schema.Value.Type.Is("object") {
		return text, true
	}
	return nil, false
}
