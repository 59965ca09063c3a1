package check

import (
	"net/http"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/decode"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/fastpath"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/reference"
)

// A content is what a body may be, by media type.
type content struct {
	declared openapi3.Content
	variants map[*openapi3.MediaType]*mediaVariants
	known    []knownContentType
}

// A mediaType is what one media type makes of a body.
type mediaType struct {
	isJSON    bool
	hasSchema bool
	declared  *openapi3.MediaType
	keys      *jsonKeys         // of the JSON; nil: nothing is known
	program   *fastpath.Program // nil: always falls back
	reference *reference.Schema // nil: there is no schema
}

// mediaVariants are what a declared media type may be: if it is a wildcard, the
// message alone says which.
type mediaVariants struct{ json, decodable, opaque *mediaType }

// isChecked reports whether the body is read and checked, or passed on unread.
func (m *mediaType) isChecked() bool { return m.isJSON || m.hasSchema }

// A knownContentType maps a common Content-Type header to its media type, so that
// it need not be parsed.
type knownContentType struct {
	contentType string
	mediaType   *mediaType
}

func (cp *compiler) content(declared openapi3.Content, d fastpath.Direction) *content {
	c := &content{declared: declared, variants: map[*openapi3.MediaType]*mediaVariants{}}
	for name, m := range declared {
		all := &mediaVariants{json: &mediaType{isJSON: true}, decodable: &mediaType{}, opaque: &mediaType{}}
		if m.Schema != nil {
			ref := cp.reference(m.Schema, d)
			all.json = &mediaType{
				isJSON: true, hasSchema: true, declared: m,
				keys: compileJSONKeys(m.Schema.Value), program: cp.program(m.Schema, d), reference: ref,
			}
			all.decodable = &mediaType{hasSchema: true, declared: m, reference: ref}
			if strings.Contains(name, "*") && !decode.IsBinary(m.Schema.Value) {
				all.opaque = all.decodable // or any other type would be a way past the schema
			}
		}
		c.variants[m] = all
	}
	for _, parameters := range []string{"", "; charset=utf-8", ";charset=utf-8", "; charset=UTF-8", ";charset=UTF-8"} {
		contentType := "application/json" + parameters
		if m := c.parse(contentType); m != nil {
			c.known = append(c.known, knownContentType{contentType, m})
		}
	}
	return c
}

// find returns the media type of a body with these headers, nil if the contract
// does not declare it.
func (c *content) find(h http.Header) *mediaType {
	contentType := ""
	if values := h["Content-Type"]; len(values) > 0 {
		contentType = values[0]
		for i := range c.known {
			if c.known[i].contentType == contentType {
				return c.known[i].mediaType
			}
		}
	}
	return c.parse(contentType)
}

func (c *content) parse(contentType string) *mediaType {
	declared := c.declared.Get(contentType)
	if declared == nil {
		return nil
	}
	base := decode.BaseType(contentType)
	switch all := c.variants[declared]; {
	case base == "application/json", strings.HasSuffix(base, "+json"):
		return all.json
	case decode.Knows(base):
		return all.decodable
	default:
		return all.opaque
	}
}

// only returns the JSON of a body that has one declaration alone, with a schema;
// else nil.
func (c *content) only() *mediaType {
	if len(c.declared) != 1 {
		return nil
	}
	for _, declared := range c.declared {
		if m := c.variants[declared].json; m.hasSchema {
			return m
		}
	}
	return nil
}
