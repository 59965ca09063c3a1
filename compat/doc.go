// Package compat proves that the official Go SDK, as it is published, works with
// the dcs-sessions command, as it is built: that what the SDK signs is served and
// closes real sockets, that sessions, nodes and jobs reach its user in the SDK's own
// types, and every refusal as the SDK's own error, with status, code, message and the
// request id of the server's log.
//
//	go test -count=1 ./...
//
// The tests build the command, which the test cache does not know: hence the count.
// There is no code here, and it is a module apart, so that the SDK never weighs on the
// main one. What other official clients send is in server's tests, as it was recorded.
package compat
