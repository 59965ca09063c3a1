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
// Checks that are compiled from the contract accept what clearly keeps to it, and
// kin-openapi decides the rest: what is refused is refused by it, and in its
// words. Left to it are, where a value is there, oneOf, anyOf, not, uniqueItems,
// an allOf whose parts contradict or close each other, readOnly in a request and
// writeOnly in a response, formats of others and objects of more than 64
// properties; parameters and headers that are no single text or number, cookies
// and queries that have to be decoded; bodies that are coded or not JSON; and
// texts with escapes that are bound or have a pattern. Options.Authority leaves
// all to it: the verdicts are the same.
//
// This package adds what kin-openapi leaves open: routing that never redirects and compares decoded path values, bodies
// read once under a cap, and JSON that means the same to every parser (no
// duplicate keys, trailing data, invalid UTF-8 and the like).
//
// Each direction of each operation has a Mode, which may change while messages
// pass: Enforce refuses, Observe reports and lets pass, Off does not look. What
// was found is counted: see Drift.
//
// It does not set defaults and does not change a message that passes, but for a
// content coding that Options.Decode takes off. It does not authenticate:
// Options.Authenticate is asked where a contract wants it. OpenAPI 3.1 is refused
// by New.
package validate
