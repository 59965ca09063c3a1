package validate

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/fastpath"
)

// An answer is one declared response. kin-openapi stops at a response's first
// bad header and does not name it, so each header is asked for alone, as an
// operation of its own.
type answer struct {
	headers []headerCheck
	content openapi3.Content
	usual   []usualType
}

type headerCheck struct {
	name, key string
	required  bool
	program   *fastpath.Program // nil: always doubted
	route     *routers.Route
}

// compileAnswers finds the response of each status: the status itself, its
// range (4XX), else the default.
func (o *operation) compileAnswers(ps *programs, doc *openapi3.T, responses *openapi3.Responses) {
	made := map[*openapi3.Response]*answer{}
	for _, ref := range responses.Map() {
		o.addContent(ps, ref.Value.Content, fastpath.Response)
		made[ref.Value] = o.compileAnswer(ps, doc, ref.Value)
	}
	for status := 100; status <= 599; status++ {
		if ref := responses.Status(status); ref != nil {
			o.answers[status] = made[ref.Value]
		}
	}
	if ref := responses.Default(); ref != nil {
		o.otherwise = made[ref.Value]
	}
}

func (o *operation) compileAnswer(ps *programs, doc *openapi3.T, response *openapi3.Response) *answer {
	a := &answer{
		content: response.Content,
		usual:   o.usualTypes(response.Content),
	}
	for _, name := range slices.Sorted(maps.Keys(response.Headers)) {
		if strings.EqualFold(name, "Content-Type") { // the content says what it is
			continue
		}
		header := response.Headers[name]
		check := headerCheck{name: name, key: http.CanonicalHeaderKey(name), required: header.Value.Required}
		check.route = answerRoute(doc, &openapi3.Response{Headers: openapi3.Headers{name: header}})
		if p := header.Value.Parameter; p.Schema != nil && p.Content == nil && isPlain(&p) {
			check.program = ps.of(p.Schema, fastpath.Response)
		}
		a.headers = append(a.headers, check)
	}
	return a
}

func answerRoute(doc *openapi3.T, response *openapi3.Response) *routers.Route {
	op := &openapi3.Operation{Responses: openapi3.NewResponses(openapi3.WithName("default", response))}
	return &routers.Route{Spec: doc, Operation: op}
}

// answer returns what the contract declares for a status, nil where there is
// nothing.
func (o *operation) answer(status int) *answer {
	if a := o.answers[status]; a != nil {
		return a
	}
	if status < 100 || status > 599 {
		return nil
	}
	return o.otherwise
}
