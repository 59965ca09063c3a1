// Package validate checks HTTP requests and responses against an OpenAPI 3.0
// contract, wherever a team needs it: around a handler, under a client, or in a
// reverse proxy.
//
//	v, err := validate.New(contract, validate.Options{})
//	http.ListenAndServe(addr, v.Middleware(handler))                                 // a server
//	http.Client{Transport: v.Transport(nil)}                                         // a client
//	httputil.ReverseProxy{Transport: v.Transport(nil), ErrorHandler: v.ErrorHandler} // a proxy
//
// A generated server's handlers go into [Validator.Handler], which routes as the
// contract says and binds bodies while it checks them.
//
// # Modes
//
// Each direction of each operation has a [Mode], which may change while messages
// pass: Enforce refuses, Observe reports and lets pass, Off does not check. What was
// found is counted: see [Validator.Drift].
//
// # What decides
//
// Checks that are compiled from the contract accept what clearly conforms. What they
// leave open a reference judges value by value, by kin-openapi's rules, without
// decoding the body. Left open are values with
//
//   - oneOf, anyOf, not or uniqueItems,
//   - an allOf whose parts contradict or close each other,
//   - a format that another package has registered,
//   - more than 64 properties,
//   - escapes in a string that is bound or has a pattern.
//
// kin-openapi decodes parameters that are not a single string, number or JSON, and
// bodies that are not JSON. Options.Engine leaves the compiled checks out: the
// verdicts are the same.
//
// This package adds what kin-openapi leaves open: routing that never redirects and
// that compares decoded path values, bodies that are read once under a limit, and
// JSON that means the same to every parser (no duplicate keys, trailing data,
// invalid UTF-8 and the like).
//
// # Limits
//
// Work and memory are bounded. A message has at most 16 violations. Its check takes
// time in proportion to its size, ends when the request's context does, and gives up
// a body of which the contract makes too much work (RuleWork). Bodies that are held
// count against Options.BodyBudget; large ones that the compiled checks leave open
// are checked one after the other. A body that is not JSON may have 65,536 values,
// and a form 10,000.
//
// # What it does not do
//
// It does not set defaults, and does not change a message that passes, except that
// Options.DecodeGzip removes a content coding. It authenticates nobody:
// Options.Identify and Options.Authenticate are asked if a contract requires it.
// New refuses OpenAPI 3.1.
//
// # Stability
//
// Before version 1.0 a minor version may change this package's exported names. The
// rules, their names and the JSON of a default refusal change only with an entry in
// the change log that says so.
package validate
