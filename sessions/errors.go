package sessions

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Why a node could not do what it was asked, for errors.Is. Reason has the words
// for a caller; what the server said, or the network, is wrapped.
var (
	// ErrUnreachable: no connection, no answer in time, or the connection broke.
	ErrUnreachable = errors.New("the node cannot be reached")
	// ErrBusy: a script runs, the data is being loaded, or there are too many
	// clients. It passes by itself.
	ErrBusy = errors.New("the node is busy")
	// ErrRefused: the server wants other credentials, the user may not run a
	// command, the command was renamed, or the server is of another kind.
	ErrRefused = errors.New("the node refuses to manage its sessions")
)

// Why a kill did not do all that it was to do.
var (
	// ErrProtected: the request named sessions that must live, so nothing was
	// killed. The outcomes tell which.
	ErrProtected = errors.New("the request names protected sessions")
	// ErrReplaced: another session has the address of one that was listed. It
	// lives; everything else was killed. The outcomes tell which.
	ErrReplaced = errors.New("another session has the address now")
)

var (
	errLost = errors.New("the connection was lost")
	errHung = errors.New("no answer in time")
	// errUnanswered: the connection was closed before anything was said.
	errUnanswered = errors.New("closed without an answer")
	errFull       = errors.New("no free connection")
	// errPassword: one that is tried too often may be locked.
	errPassword = errors.New("wrong password")
)

// A nodeError is why a node could not do what it was asked.
type nodeError struct {
	kind   error
	reason string // for a caller
	cause  error  // for a log
}

func (e *nodeError) Error() string {
	text := fmt.Sprintf("%v: %s", e.kind, e.reason)
	if e.cause != nil {
		text += ": " + e.cause.Error()
	}
	return text
}

func (e *nodeError) Unwrap() []error { return []error{e.kind, e.cause} }

// Reason returns why a node did not do what it was asked, in words for a caller:
// without its address, a secret or what it said. It is "" for other errors.
func Reason(err error) string {
	var reasons []string
	collect(err, &reasons)
	return strings.Join(reasons, "; ")
}

func collect(err error, reasons *[]string) {
	switch e := err.(type) {
	case *nodeError:
		if !slices.Contains(*reasons, e.reason) {
			*reasons = append(*reasons, e.reason)
		}
	case interface{ Unwrap() error }:
		collect(e.Unwrap(), reasons)
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			collect(inner, reasons)
		}
	}
}

// lost is the error of a connection that ended.
func lost(err error) error {
	return &nodeError{ErrUnreachable, "the connection to the node was lost", fmt.Errorf("%w: %w", errLost, err)}
}

// ended is the error of a call whose time was over.
func ended(ctx context.Context) error {
	reason := "the call ended before the node had answered"
	if cause := context.Cause(ctx); cause == errSlow || cause == errHung {
		reason = "the node gives no answer"
	}
	return &nodeError{ErrUnreachable, reason, fmt.Errorf("the call has ended: %w", context.Cause(ctx))}
}
