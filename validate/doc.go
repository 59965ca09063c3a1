// Package validate gives one verdict on HTTP requests and responses against an
// OpenAPI 3.0 contract, wherever a team needs it: around a handler, under a
// client, or in a reverse proxy.
//
//	v, err := validate.New(contract, validate.Options{})
//	http.ListenAndServe(addr, v.Middleware(handler))                                   // a server
//	handler, err := v.Handler(gen.Operations(strictServer, gen.StrictHTTPServerOptions{})) // a generated one, see Handler
//	http.Client{Transport: v.Transport(nil)}                                           // a client
//	httputil.ReverseProxy{Transport: v.Transport(nil), ErrorHandler: v.ErrorHandler}   // a proxy
//
// Checks that are compiled from the contract accept what clearly keeps to it.
// What they leave open is judged value by value, by kin-openapi's rules, without
// decoding the body: among it, where a value is there, oneOf, anyOf, not,
// uniqueItems, an allOf whose parts contradict or close each other, formats of
// others, objects of more than 64 properties, and texts with escapes that are
// bound or have a pattern. kin-openapi decodes parameters that are no single
// text, number or JSON, and bodies that are not JSON. Options.Authority leaves
// out the compiled checks: the verdicts are the same.
//
// Work and memory are bounded. At most 16 violations are told. A message's check
// takes time in proportion to its size, ends when the request's context does, and
// gives up a body of which the contract makes too much work (RuleWork). Bodies
// that are held count against Options.BodyBudget; large ones that the compiled
// checks leave open are looked into one after the other. A body that is not JSON
// may have 65,536 values, and a form 10,000.
//
// This package adds what kin-openapi leaves open: routing that never redirects
// and compares decoded path values, bodies read once under a cap, and JSON that
// means the same to every parser (no duplicate keys, trailing data, invalid UTF-8
// and the like).
//
// Each direction of each operation has a Mode, which may change while messages
// pass: Enforce refuses, Observe reports and lets pass, Off does not look. What
// was found is counted: see Drift.
//
// It does not set defaults and does not change a message that passes, but for a
// content coding that Options.Decode takes off. It does not authenticate:
// Options.Identify and Options.Authenticate are asked where a contract wants it. OpenAPI 3.1 is refused
// by New.
package validate
