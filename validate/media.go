package validate

import (
	"net/http"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/fastpath"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/reference"
)

// A media is what one media type makes of a body.
type media struct {
	json  bool
	kin   bool   // it is looked at by its schema
	shape *shape // of the JSON, nil where nothing is known

	program  *fastpath.Program // nil: always doubted
	judge    *reference.Schema // nil: there is no schema
	declared *openapi3.MediaType
}

// medias are what a declared media type may be: where it is a wildcard, the
// message alone tells which.
type medias struct{ json, readable, opaque *media }

// checked tells whether the body is read and looked at, or passed on unread.
func (m *media) checked() bool { return m.json || m.kin }

// A usualType is what a Content-Type means, for those that need not be parsed.
type usualType struct {
	contentType string
	media       *media
}

func (o *operation) addContent(ps *programs, content openapi3.Content, d fastpath.Direction) {
	for name, m := range content {
		all := &medias{json: &media{json: true}, readable: &media{}, opaque: &media{}}
		if m.Schema != nil {
			schema := ps.judge(m.Schema, d)
			all.json = &media{json: true, kin: true, shape: compileShape(m.Schema.Value), program: ps.of(m.Schema, d), judge: schema, declared: m}
			all.readable = &media{kin: true, judge: schema, declared: m}
			if strings.Contains(name, "*") && !isBinary(m.Schema.Value) {
				all.opaque = all.readable // or any other type would be a way past the schema
			}
		}
		o.media[m] = all
	}
}

// mediaOf returns what a body of these headers is, nil where its media type is
// not declared. usual is of content.
func (o *operation) mediaOf(content openapi3.Content, usual []usualType, h http.Header) *media {
	if values := h["Content-Type"]; len(values) > 0 {
		for i := range usual {
			if usual[i].contentType == values[0] {
				return usual[i].media
			}
		}
	}
	return o.parseMedia(content, h)
}

func (o *operation) parseMedia(content openapi3.Content, h http.Header) *media {
	name := h.Get("Content-Type")
	declared := content.Get(name)
	if declared == nil {
		return nil
	}
	base, _, _ := strings.Cut(name, ";")
	base = strings.ToLower(strings.TrimSpace(base))
	switch all := o.media[declared]; {
	case base == "application/json", strings.HasSuffix(base, "+json"):
		return all.json
	case isReadable(base):
		return all.readable
	default:
		return all.opaque
	}
}

// usualTypes resolves the Content-Types that clients send of JSON.
func (o *operation) usualTypes(content openapi3.Content) (list []usualType) {
	for _, parameters := range []string{"", "; charset=utf-8", ";charset=utf-8", "; charset=UTF-8", ";charset=UTF-8"} {
		h := http.Header{"Content-Type": {"application/json" + parameters}}
		if m := o.parseMedia(content, h); m != nil {
			list = append(list, usualType{h.Get("Content-Type"), m})
		}
	}
	return list
}

func isBinary(schema *openapi3.Schema) bool {
	return schema.Type.Is("string") && schema.Format == "binary"
}

// isReadable tells whether a body of this media type is looked at. kin-openapi
// also unpacks archives and copies octet-streams: those are not for a check.
func isReadable(base string) bool {
	switch base {
	case "application/octet-stream", "application/zip":
		return false
	}
	return openapi3filter.RegisteredBodyDecoder(base) != nil
}
