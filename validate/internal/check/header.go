package check

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/decode"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/fastpath"
)

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
