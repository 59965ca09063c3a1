package validate

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"github.com/dcs-sessions/dcs-sessions/validate/accept"
)

// An operation is what the checks of one method of one path need.
type operation struct {
	id, method, path string

	modes      modes
	secured    bool
	parameters []parameter
	body       *openapi3.RequestBody
	media      map[*openapi3.MediaType]*medias
	usual      []usualType // of the request's body
	route      *routers.Route
	answers    map[int]*answer // those of single statuses and of ranges
	otherwise  *answer         // the default, or nil

	fresh  func() any     // a new value for the body to be bound to, or nil
	binder *accept.Binder // nil: it is not bound
}

// A media is what one media type makes of a body.
type media struct {
	json  bool
	kin   bool   // kin-openapi is asked
	shape *shape // of the JSON, nil where nothing is known

	program *accept.Program // nil: always doubted
}

// medias are what a declared media type may be: where it is a wildcard, the
// message alone tells which.
type medias struct{ json, readable, opaque *media }

// checked tells whether the body is read and looked at, or passed on unread.
func (m *media) checked() bool { return m.json || m.kin }

// An answer is one declared response. kin-openapi stops at a response's first
// bad header and does not name it, so each header and the body are asked for
// alone, as operations of their own.
type answer struct {
	headers []headerCheck
	content openapi3.Content
	usual   []usualType
	body    *routers.Route
}

type headerCheck struct {
	name, key string
	required  bool
	program   *accept.Program // nil: always doubted
	route     *routers.Route
}

// A usualType is what a Content-Type means, for those that need not be parsed.
type usualType struct {
	contentType string
	media       *media
}

func compileOperation(ps *programs, doc *openapi3.T, item *openapi3.PathItem, op *openapi3.Operation, method, path string) *operation {
	o := &operation{
		id: op.OperationID, method: method, path: path,
		secured: isSecured(doc, op),
		media:   map[*openapi3.MediaType]*medias{},
		route:   &routers.Route{Spec: doc, Path: path, PathItem: item, Method: method, Operation: op},
		answers: map[int]*answer{},
	}
	for _, ref := range op.Parameters {
		o.parameters = append(o.parameters, compileParameter(ps, ref.Value))
	}
	for _, ref := range item.Parameters {
		if op.Parameters.GetByInAndName(ref.Value.In, ref.Value.Name) == nil {
			o.parameters = append(o.parameters, compileParameter(ps, ref.Value))
		}
	}
	if op.RequestBody != nil {
		o.body = op.RequestBody.Value
		o.addContent(ps, o.body.Content, accept.Request)
		o.usual = o.usualTypes(o.body.Content)
	}
	o.compileAnswers(ps, doc, op.Responses)
	return o
}

// compileAnswers finds the response of each status: the status itself, its
// range (4XX), else the default.
func (o *operation) compileAnswers(ps *programs, doc *openapi3.T, responses *openapi3.Responses) {
	made := map[*openapi3.Response]*answer{}
	for _, ref := range responses.Map() {
		o.addContent(ps, ref.Value.Content, accept.Response)
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

// key names the operation in a map.
func (o *operation) key() string {
	if o.id == "" {
		return o.method + " " + o.path
	}
	return o.id
}

// isSecured tells whether a caller must authenticate. An empty alternative in
// the list makes it optional.
func isSecured(doc *openapi3.T, op *openapi3.Operation) bool {
	requirements := doc.Security
	if op.Security != nil {
		requirements = *op.Security
	}
	for _, alternative := range requirements {
		if len(alternative) == 0 {
			return false
		}
	}
	return len(requirements) > 0
}

func (o *operation) addContent(ps *programs, content openapi3.Content, d accept.Direction) {
	for name, m := range content {
		all := &medias{json: &media{json: true}, readable: &media{}, opaque: &media{}}
		if m.Schema != nil {
			all.json = &media{json: true, kin: true, shape: compileShape(m.Schema.Value), program: ps.of(m.Schema, d)}
			all.readable = &media{kin: true}
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

func (o *operation) compileAnswer(ps *programs, doc *openapi3.T, response *openapi3.Response) *answer {
	a := &answer{
		content: response.Content,
		usual:   o.usualTypes(response.Content),
		body:    answerRoute(doc, &openapi3.Response{Content: response.Content}),
	}
	for _, name := range slices.Sorted(maps.Keys(response.Headers)) {
		if strings.EqualFold(name, "Content-Type") { // the content says what it is
			continue
		}
		header := response.Headers[name]
		check := headerCheck{name: name, key: http.CanonicalHeaderKey(name), required: header.Value.Required}
		check.route = answerRoute(doc, &openapi3.Response{Headers: openapi3.Headers{name: header}})
		if p := header.Value.Parameter; p.Schema != nil && p.Content == nil && isPlain(&p) {
			check.program = ps.of(p.Schema, accept.Response)
		}
		a.headers = append(a.headers, check)
	}
	return a
}

func answerRoute(doc *openapi3.T, response *openapi3.Response) *routers.Route {
	op := &openapi3.Operation{Responses: openapi3.NewResponses(openapi3.WithName("default", response))}
	return &routers.Route{Spec: doc, Operation: op}
}

// streams tells whether the request's body is declared and of a media type that
// is not checked: it is passed on unread. One that is declared to be empty is
// looked at, for it may be required.
func (o *operation) streams(h http.Header, length int64) bool {
	if o.body == nil || length == 0 {
		return false
	}
	m := o.mediaOf(o.body.Content, o.usual, h)
	return m != nil && !m.checked()
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
