package validate

import (
	"net/http"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/fastpath"
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

	fresh  func() any       // a new value for the body to be bound to, or nil
	binder *fastpath.Binder // nil: it is not bound
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
		o.addContent(ps, o.body.Content, fastpath.Request)
		o.usual = o.usualTypes(o.body.Content)
	}
	o.compileAnswers(ps, doc, op.Responses)
	return o
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
