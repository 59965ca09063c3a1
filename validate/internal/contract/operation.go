package contract

import "github.com/getkin/kin-openapi/openapi3"

// An Operation is one method of one path.
type Operation struct {
	ID     string // the operationId; may be empty
	Method string
	Path   string // the template
	Index  int    // its place in Contract.Operations

	IsSecured  bool                  // a caller must authenticate
	Parameters []*openapi3.Parameter // its own, and those of its path that it does not replace
	Body       *openapi3.RequestBody // nil: none is declared
	Responses  *openapi3.Responses
}

func newOperation(doc *openapi3.T, item *openapi3.PathItem, from *openapi3.Operation, method, path string) *Operation {
	op := &Operation{
		ID: from.OperationID, Method: method, Path: path,
		IsSecured: isSecured(doc, from), Responses: from.Responses,
	}
	for _, ref := range from.Parameters {
		op.Parameters = append(op.Parameters, ref.Value)
	}
	for _, ref := range item.Parameters {
		if from.Parameters.GetByInAndName(ref.Value.In, ref.Value.Name) == nil {
			op.Parameters = append(op.Parameters, ref.Value)
		}
	}
	if from.RequestBody != nil {
		op.Body = from.RequestBody.Value
	}
	return op
}

// Key names the operation in a map: its operationId, or "METHOD /path" if it has
// none.
func (op *Operation) Key() string {
	if op.ID == "" {
		return op.Method + " " + op.Path
	}
	return op.ID
}

// isSecured reports whether a caller must authenticate. An empty alternative in
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
