package validate

import (
	"cmp"
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

// DefaultBodyBudget is Options.BodyBudget where it gives none.
const DefaultBodyBudget = 256 << 20 // bytes

// Options adjusts a Validator. The zero value is safe.
type Options struct {
	// BasePath stands before the contract's paths in every URL, for a server
	// that is mounted below "/". Default: the paths of the contract's servers, or
	// of those that a path or an operation has of its own.
	BasePath string

	// Request and Response are the modes to begin with. Default: Enforce.
	Request, Response Mode

	// MaxRequestBody and MaxResponseBody limit the bodies that are read, in
	// bytes. Default: DefaultMaxRequestBody and DefaultMaxResponseBody. A body
	// of a media type that is not checked is passed on unread and unlimited.
	MaxRequestBody  int64
	MaxResponseBody int64

	// BodyBudget limits the memory, in bytes, that the bodies take that are read
	// and held at one time, requests and responses together. It is used as bytes
	// arrive, whatever length is declared. A request beyond it is refused with
	// RuleBodyBudget, 503 and Retry-After, and so is the message whose response is
	// beyond it, under Transport too. Where the mode is Observe such a message
	// passes and is not looked at, but for that violation. Default:
	// DefaultBodyBudget.
	BodyBudget int64

	// Decode checks bodies of Content-Encoding gzip by what they contain, up to
	// the same caps. Where the mode is Enforce the decoded body is passed on,
	// for what is passed on is what was checked. Default: a coded body is a
	// violation of RuleContentEncoding.
	Decode bool

	// Details shows the caller of a default refusal what the log gets: texts
	// that may quote the schema.
	Details bool

	// Authority says who decides that a message is good. Default: Compiled.
	Authority Authority

	// Bodies makes a new value (a pointer) for an operation's JSON body to be
	// bound to while it is checked; the keys are Handler's. What Middleware
	// passes on has it in r.Body.(interface{ Bound() any }), nil where the body
	// was not bound. It is what encoding/json would bind; its texts share the
	// body's memory. Default: nothing is bound.
	Bodies map[string]func() any

	// Identify is asked by Middleware and Handler in every mode, before the body is
	// read, for each operation that has a security requirement: who calls, as far
	// as the head of the request tells. r.PathValue gives the decoded path values,
	// and r.Body is empty. The context it returns is that of all that follows; an
	// error is a violation of RuleSecurity with status 401 that wraps it, is always
	// enforced, and leaves the body unread. Default: nobody is asked.
	Identify func(r *http.Request) (context.Context, error)

	// Authenticate is asked by Middleware and Handler in every mode, after
	// Identify, once the body is read (a signature may cover it) and before anything is checked, for each
	// operation that has a security requirement. r.PathValue gives the decoded
	// path values, and r.Body may be read. The context it returns is the
	// handler's; an error is a violation of RuleSecurity with status 401 that
	// wraps it, and is always enforced. Default: whoever calls may, for
	// authentication is another's work.
	Authenticate func(r *http.Request) (context.Context, error)

	// Report gets what was found in a message, in Enforce and in Observe; vs is
	// never empty. It is called where the message passes: under Transport, in
	// Observe, by the goroutine that sends the request's body, perhaps after the
	// response.
	Report func(r *http.Request, vs Violations)

	// Refuse answers a call that Middleware or ErrorHandler does not let
	// through, in either direction; vs is never empty, and vs[0].Status is the
	// status that fits. Where the method is not allowed, Allow is already set.
	// Default: RFC 9457 problem details that quote neither the schema nor a
	// value.
	Refuse func(w http.ResponseWriter, r *http.Request, vs Violations)
}

// A Validator holds one contract, compiled. It is safe for concurrent use.
type Validator struct {
	routes      []*route
	longest     int // of the routes, in segments
	operations  []*operation
	modes       modes
	maxRequest  int64
	maxResponse int64
	decode      bool
	budget      *budget
	identify    func(*http.Request) (context.Context, error)
	authorize   func(*http.Request) (context.Context, error)
	report      func(*http.Request, Violations)
	refuse      func(http.ResponseWriter, *http.Request, Violations)
	drifts      drifts
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
	v := &Validator{
		maxRequest:  o.MaxRequestBody,
		maxResponse: o.MaxResponseBody,
		decode:      o.Decode,
		identify:    o.Identify,
		authorize:   o.Authenticate,
		report:      o.Report,
		refuse:      o.Refuse,
	}
	if v.maxRequest < 0 || v.maxResponse < 0 {
		return nil, errors.New("validate: a body's cap is negative")
	}
	if o.BodyBudget < 0 {
		return nil, errors.New("validate: Options.BodyBudget is negative")
	}
	v.budget = newBudget(cmp.Or(o.BodyBudget, DefaultBodyBudget))
	if v.maxRequest == 0 {
		v.maxRequest = DefaultMaxRequestBody
	}
	if v.maxResponse == 0 {
		v.maxResponse = DefaultMaxResponseBody
	}
	if v.refuse == nil {
		v.refuse = problems{details: o.Details}.refuse
	}
	ps := newPrograms(o.Authority)
	if v.routes, err = compileRoutes(ps, doc, o.BasePath); err != nil {
		return nil, err
	}
	for _, rt := range v.routes {
		v.longest = max(v.longest, len(rt.segments))
	}
	v.operations = operationsOf(v.routes)
	if err := bindBodies(v.operations, o.Bodies); err != nil {
		return nil, err
	}
	v.SetMode(Request, o.Request)
	v.SetMode(Response, o.Response)
	return v, nil
}

// basePaths lists the prefixes below which a path of these servers stands, each
// without its closing slash.
func basePaths(servers openapi3.Servers, given string) ([]string, error) {
	if given != "" {
		if given[0] != '/' {
			return nil, fmt.Errorf("validate: BasePath %q does not start with a slash", given)
		}
		return []string{strings.TrimRight(given, "/")}, nil
	}
	if len(servers) == 0 {
		return []string{""}, nil
	}
	var bases []string
	seen := map[string]bool{}
	for _, server := range servers {
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
