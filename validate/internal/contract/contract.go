// Package contract reads an OpenAPI document, and finds the operation that a
// request is for.
//
//	c, err := contract.New(data, "")
//	op, path, miss := c.Find(r.Method, r.URL, nil)
//	if op == nil {
//		// miss says what the contract has instead
//	}
//	id := path.PathValue("id") // decoded
//
// It checks no message: see package check.
package contract

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// A Contract is a document with its routes. It is safe for concurrent use.
type Contract struct {
	Document   *openapi3.T
	Operations []*Operation // each once: one may stand below several base paths

	routes      []*route
	maxSegments int
}

// New reads an OpenAPI 3.0 document, JSON or YAML. basePath, if it is not empty,
// stands before each path in place of the servers' own. New returns an error for
// a document that is not valid, that refers to other files, or that is not 3.0
// (kin-openapi recompiles a 3.1 schema for every value).
func New(data []byte, basePath string) (*Contract, error) {
	loader := openapi3.NewLoader()
	doc, err := loader.LoadFromData(data)
	if err != nil {
		return nil, fmt.Errorf("read the contract: %w", err)
	}
	if !strings.HasPrefix(doc.OpenAPI, "3.0.") {
		return nil, fmt.Errorf("the contract is OpenAPI %q, want 3.0.x", doc.OpenAPI)
	}
	if err := doc.Validate(loader.Context); err != nil {
		return nil, fmt.Errorf("the contract is not valid: %w", err)
	}
	c := &Contract{Document: doc}
	if err := c.addRoutes(doc, basePath); err != nil {
		return nil, err
	}
	return c, nil
}

// A Miss says why no operation was found: no path matches, and Path is empty, or
// the path does not have the method.
type Miss struct {
	Path  string // the template
	Allow string // the methods that the path has, as the Allow header lists them
}

// Find returns the operation that a method and a URL name, or nil and a Miss. It
// appends the decoded path values to into.
func (c *Contract) Find(method string, u *url.URL, into []string) (*Operation, PathValues, Miss) {
	isEscaped := u.RawPath != ""
	var parts []string
	routes := c.routes
	if isEscaped { // Path alone does not say what was sent
		var ok bool
		if parts, ok = decodePath(u.EscapedPath(), c.maxSegments); !ok {
			routes = nil
		}
	}
	for _, rt := range routes {
		var values []string
		var ok bool
		if isEscaped {
			values, ok = rt.matchDecoded(parts, into)
		} else {
			values, ok = rt.match(u.Path, into)
		}
		if !ok {
			continue
		}
		if op := rt.operations[method]; op != nil {
			return op, PathValues{rt, values}, Miss{}
		}
		return nil, PathValues{}, Miss{rt.template, rt.allow}
	}
	return nil, PathValues{}, Miss{}
}

// PathValues are the decoded path values of one request, in the order of the
// path's names.
type PathValues struct {
	route  *route
	values []string
}

func (p *PathValues) names() []string {
	if p.route == nil {
		return nil
	}
	return p.route.names
}

// PathValue returns the value of a name, as http.Request's does.
func (p *PathValues) PathValue(name string) string {
	for i, n := range p.names() {
		if n == name {
			return p.values[i]
		}
	}
	return ""
}

// All yields each name and its value.
func (p *PathValues) All(yield func(name, value string) bool) {
	for i, name := range p.names() {
		if !yield(name, p.values[i]) {
			return
		}
	}
}

// Clone returns values that do not share the memory that Find was given.
func (p *PathValues) Clone() PathValues { return PathValues{p.route, slices.Clone(p.values)} }

// Map returns the values by name, nil if there are none.
func (p *PathValues) Map() map[string]string {
	if len(p.names()) == 0 {
		return nil
	}
	m := make(map[string]string, len(p.names()))
	for name, value := range p.All {
		m[name] = value
	}
	return m
}
