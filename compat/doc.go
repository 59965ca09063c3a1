// Package compat tests that the official Go SDK, as published, works with the
// dcs-sessions command, as built. The server accepts what the SDK signs, and closes
// real sockets. The SDK's user gets sessions, nodes and jobs in the SDK's own types,
// and each refusal as the SDK's own error, with the status, the code, the message
// and the request id of the server's log.
//
//	go test -count=1 ./...
//
// The tests build the command, whose changes the test cache does not see: hence
// -count=1. The package has no code, and is a module of its own so that the main
// module does not depend on the SDK. The server's tests have recorded requests of the
// other official clients.
package compat
