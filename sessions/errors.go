package sessions

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Why a node could not do what was asked, for [errors.Is]. [Reason] returns a text
// for callers. The errors wrap what the server or the network reported.
var (
	// ErrUnreachable: there is no connection, it broke, or no reply came in time.
	ErrUnreachable = errors.New("the node cannot be reached")
	// ErrBusy: the node runs a script, loads its data or has too many clients. This
	// passes by itself.
	ErrBusy = errors.New("the node is busy")
	// ErrRefused: the server rejects the credentials, the user may not run a command,
	// the command was renamed, or it is no Redis or Valkey server.
	ErrRefused = errors.New("the node refuses to manage its sessions")
)

// Why a kill was not done completely, for [errors.Is]. The outcomes show which
// targets are meant.
var (
	// ErrProtected: some targets are sessions that must live, so nothing was killed.
	ErrProtected = errors.New("the request names protected sessions")
	// ErrReplaced: another session has the address of one that was listed. It was not
	// killed; all other targets were.
	ErrReplaced = errors.New("another session has the address now")
)

var (
	errConnLost      = errors.New("the connection was lost")
	errReplyTimeout  = errors.New("no reply in time")
	errClosedEarly   = errors.New("closed without a reply")
	errMaxClients    = errors.New("no free connection")
	errWrongPassword = errors.New("wrong password")
)

// Reasons that more than one place returns.
const (
	notRedis    = "this is no Redis or Valkey server"
	noReply     = "the node does not reply"
	closedEarly = "the node closes connections without a reply: it may be starting, require TLS, or be no Redis or Valkey server"
)

// A nodeError says why a node could not do what was asked.
type nodeError struct {
	kind   error
	reason string // for a caller
	cause  error  // for the log
}

func (e *nodeError) Error() string {
	text := fmt.Sprintf("%v: %s", e.kind, e.reason)
	if e.cause != nil {
		text += ": " + e.cause.Error()
	}
	return text
}

func (e *nodeError) Unwrap() []error { return []error{e.kind, e.cause} }

// Reason returns why a node did not do what was asked, as a text that may be shown
// to any caller: it holds no address, no secret and nothing that the server sent.
// It is "" for other errors.
func Reason(err error) string {
	var reasons []string
	collectReasons(err, &reasons)
	return strings.Join(reasons, "; ")
}

func collectReasons(err error, reasons *[]string) {
	switch e := err.(type) {
	case *nodeError:
		if !slices.Contains(*reasons, e.reason) {
			*reasons = append(*reasons, e.reason)
		}
	case interface{ Unwrap() error }:
		collectReasons(e.Unwrap(), reasons)
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			collectReasons(inner, reasons)
		}
	}
}

// connLost returns the error of a connection that ended.
func connLost(err error) error {
	return &nodeError{ErrUnreachable, "the connection to the node was lost", fmt.Errorf("%w: %w", errConnLost, err)}
}

// callEnded returns the error of a call whose context has ended.
func callEnded(ctx context.Context) error {
	reason := "the call ended before the node replied"
	if cause := context.Cause(ctx); cause == errCallTimeout || cause == errReplyTimeout {
		reason = noReply
	}
	return &nodeError{ErrUnreachable, reason, fmt.Errorf("the call has ended: %w", context.Cause(ctx))}
}
