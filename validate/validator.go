package validate

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Caps on the bodies that are read, where Options gives none.
const (
	DefaultMaxRequestBody  = 1 << 20  // bytes
	DefaultMaxResponseBody = 16 << 20 // bytes
)

// Options adjusts a Validator. The zero value is safe.
type Options struct {
	// BasePath stands before the contract's paths in every URL, for a server
	// that is mounted below "/". Default: the paths of the contract's servers.
	BasePath string

	// MaxRequestBody and MaxResponseBody limit the bodies that are read, in
	// bytes. Default: DefaultMaxRequestBody and DefaultMaxResponseBody. A body
	// of a media type that is not checked is passed on unread and unlimited.
	MaxRequestBody  int64
	MaxResponseBody int64

	// Authenticate is asked by Middleware, once the body is read (a signature
	// may cover it) and before anything is checked, for each operation that has
	// a security requirement. r.PathValue gives the decoded path values, and
	// r.Body may be read. The context it returns is the handler's; an error is
	// a violation of RuleSecurity with status 401 that wraps it. Default:
	// whoever calls may, for authentication is another's work.
	Authenticate func(r *http.Request) (context.Context, error)

	// Refuse answers a call that Middleware does not let through, in either
	// direction; vs is never empty, and vs[0].Status is the status that fits.
	// Where the method is not allowed, Allow is already set. Default: RFC 9457
	// problem details that quote neither the schema nor a value.
	Refuse func(w http.ResponseWriter, r *http.Request, vs Violations)
}

// A Validator holds one contract, compiled. It is safe for concurrent use.
type Validator struct {
	routes      []*route
	maxRequest  int64
	maxResponse int64
	authorize   func(*http.Request) (context.Context, error)
	refuse      func(http.ResponseWriter, *http.Request, Violations)
}

// New compiles an OpenAPI 3.0 contract, JSON or YAML. It returns an error for
// a contract that is not valid, that refers to other files, or that is not 3.0
// (kin-openapi recompiles a 3.1 schema for every value).
func New(contract []byte, o Options) (*Validator, error) {
	loader := openapi3.NewLoader()
	doc, err := loader.LoadFromData(contract)
	if err != nil {
		return nil, fmt.Errorf("validate: read the contract: %w", err)
	}
	if !strings.HasPrefix(doc.OpenAPI, "3.0.") {
		return nil, fmt.Errorf("validate: the contract is OpenAPI %q, want 3.0.x", doc.OpenAPI)
	}
	if err := doc.Validate(loader.Context); err != nil {
		return nil, fmt.Errorf("validate: the contract is not valid: %w", err)
	}
	bases, err := basePaths(doc, o.BasePath)
	if err != nil {
		return nil, err
	}
	v := &Validator{
		maxRequest:  o.MaxRequestBody,
		maxResponse: o.MaxResponseBody,
		authorize:   o.Authenticate,
		refuse:      o.Refuse,
	}
	if v.maxRequest < 0 || v.maxResponse < 0 {
		return nil, errors.New("validate: a body's cap is negative")
	}
	if v.maxRequest == 0 {
		v.maxRequest = DefaultMaxRequestBody
	}
	if v.maxResponse == 0 {
		v.maxResponse = DefaultMaxResponseBody
	}
	if v.refuse == nil {
		v.refuse = refuseWithProblem
	}
	v.routes = compileRoutes(doc, bases)
	return v, nil
}

// basePaths lists the prefixes below which the contract's paths stand, each
// without its closing slash.
func basePaths(doc *openapi3.T, given string) ([]string, error) {
	if given != "" {
		if given[0] != '/' {
			return nil, fmt.Errorf("validate: BasePath %q does not start with a slash", given)
		}
		return []string{strings.TrimRight(given, "/")}, nil
	}
	if len(doc.Servers) == 0 {
		return []string{""}, nil
	}
	var bases []string
	seen := map[string]bool{}
	for _, server := range doc.Servers {
		base, err := server.BasePath()
		if err != nil {
			return nil, fmt.Errorf("validate: the contract's server %q: %w", server.URL, err)
		}
		base = strings.TrimRight(base, "/")
		if !seen[base] {
			seen[base] = true
			bases = append(bases, base)
		}
	}
	return bases, nil
}
