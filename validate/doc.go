// Package validate gives one verdict on HTTP requests and responses against an
// OpenAPI 3.0 contract, wherever a team needs it: around a handler, under a
// client, or in a reverse proxy.
//
//	v, err := validate.New(contract, validate.Options{})
//	http.ListenAndServe(addr, v.Middleware(handler)) // a server
//	http.Client{Transport: v.Transport(nil)}         // a client
//
// kin-openapi decides what the contract says. This package adds what it leaves
// open: routing that never redirects and compares decoded path values, bodies
// read once under a cap, and JSON that means the same to every parser (no
// duplicate keys, trailing data, invalid UTF-8 and the like).
//
// It does not set defaults, does not change a message that passes, and does not
// authenticate: Options.Authenticate is asked where a contract wants it.
// OpenAPI 3.1 is refused by New.
package validate
