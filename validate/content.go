package validate

import (
	"context"
	"encoding/json"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
)

// checkContent looks at a parameter that is JSON and that is sent. It reads it as
// openapi3filter does: what is no JSON is a text, unless an object is declared.
func (f *finding) checkContent(ctx context.Context, input *openapi3filter.RequestValidationInput, p *parameter) {
	where, base := Where(p.In), pointerTo(p.Name)
	var values []string
	switch p.In {
	case openapi3.ParameterInPath:
		values = []string{input.PathParams[p.Name]}
	case openapi3.ParameterInQuery:
		values = input.QueryParams[p.Name]
	case openapi3.ParameterInHeader:
		values = input.Request.Header[p.key]
	case openapi3.ParameterInCookie:
		values = []string{input.Request.CookiesNamed(p.Name)[0].Value}
	}
	schema := p.Content.Get("application/json").Schema
	if len(values) > 1 && p.In != openapi3.ParameterInQuery {
		f.add(where, base, RuleDecode, nil)
		return
	}
	value, ok := contentValue(values, schema)
	switch {
	case !ok:
		f.add(where, base, RuleDecode, nil)
	case value == nil && !p.AllowEmptyValue:
		f.add(where, base, RuleEmptyValue, nil)
	case value == nil, value == "" && p.AllowEmptyValue:
	default:
		f.checkValue(ctx, where, base, p.judge, value)
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
