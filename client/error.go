package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode"

	"github.com/dcs-sessions/dcs-sessions/signature"
)

// maxErrorBody is how much the client reads of an error's body, and maxExcerpt how
// much it keeps of one that is not JSON; in bytes.
const (
	maxErrorBody = 64 << 10
	maxExcerpt   = 256
)

// An Error is a response that is not success, or a success that cannot be used. In
// that case Status is 200, and Message says what is wrong with the body. [errors.Is]
// matches an Error with ErrNotFound and the other targets.
type Error struct {
	Status    int    // the HTTP status
	Code      string // such as DCS.4957; empty where the response has none
	Message   string // never empty
	Details   string // more, where the response has more
	RequestID string // for the service's log; may be empty

	// RetryAfter is how long the server asks the client to wait, or 0.
	RetryAfter time.Duration

	// ClockSkew is how far the clock here is ahead of the server's, or behind it
	// if negative. It is set where it is over 15 minutes, more than a signature
	// allows, or where the code of the response is that of a skew.
	ClockSkew time.Duration

	contextErr error // the context's error, where it ended while a success was read
	replaced   bool
}

// The targets for [errors.Is] that an *Error matches.
var (
	ErrUnauthorized = errors.New("client: unauthorized")      // 401: the credentials are missing, wrong or expired, or the clock is off
	ErrForbidden    = errors.New("client: forbidden")         // 403: the credentials do not allow it
	ErrNotFound     = errors.New("client: not found")         // the instance, the node, the job or the URL does not exist
	ErrBusy         = errors.New("client: a job is running")  // DCS.4957 or 409: a kill-all runs on the instance or the node
	ErrThrottled    = errors.New("client: too many requests") // 429
	ErrUnavailable  = errors.New("client: unavailable")       // 503: the node is busy, or the server is overloaded or stops

	// ErrProtected: a kill named a protected session. The server killed nothing
	// of the request.
	ErrProtected = errors.New("client: a session is protected")

	// ErrReplaced: a kill found another session at an address that it named. The
	// server did not kill that session, and killed the others of the request:
	// list again. The Outcome of the Kill says which address it is.
	ErrReplaced = errors.New("client: a session was replaced")
)

// Is reports whether e matches one of the targets above.
func (e *Error) Is(target error) bool {
	switch target {
	case ErrUnauthorized:
		return e.Status == http.StatusUnauthorized
	case ErrForbidden:
		return e.Status == http.StatusForbidden
	case ErrNotFound:
		return e.Status == http.StatusNotFound ||
			e.Code == "DCS.3053" || e.Code == "DCS.5053" // an unknown node is a 400 or a 500 in the API's reference
	case ErrBusy:
		return e.Status == http.StatusConflict || e.Code == "DCS.4957"
	case ErrThrottled:
		return e.Status == http.StatusTooManyRequests
	case ErrUnavailable:
		return e.Status == http.StatusServiceUnavailable
	case ErrProtected: // the API has no code for it
		return e.Status == http.StatusBadRequest && e.Code == "DCS.4800" && strings.HasPrefix(e.Details, "Protected: ")
	case ErrReplaced:
		return e.replaced
	}
	return false
}

// Retryable reports whether the same request may succeed later: 429, 500, 502, 503
// and 504, unless it is ErrNotFound. The client itself sends all of these but 500
// again. Only KillAll is not safe to repeat.
func (e *Error) Retryable() bool {
	return (e.Status == http.StatusInternalServerError || isTransient(e.Status)) && !e.Is(ErrNotFound)
}

// Error returns all that is known, on one line.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d", e.Status)
	if e.Code != "" {
		fmt.Fprintf(&b, " %s", e.Code)
	}
	fmt.Fprintf(&b, ": %s", e.Message)
	if e.Details != "" {
		fmt.Fprintf(&b, " (%s)", e.Details)
	}
	if e.ClockSkew > 0 {
		fmt.Fprintf(&b, "; the clock here is %v ahead of the server's", e.ClockSkew)
	} else if e.ClockSkew < 0 {
		fmt.Fprintf(&b, "; the clock here is %v behind the server's", -e.ClockSkew)
	}
	if e.RequestID != "" {
		fmt.Fprintf(&b, " [request %s]", e.RequestID)
	}
	return b.String()
}

// Unwrap returns context.Canceled or context.DeadlineExceeded where the context or
// the timeout ended before the whole of a success had come, or else nil.
func (e *Error) Unwrap() error { return e.contextErr }

// errorOf reads the API's error, or that of a gateway in front of it: a flat
// {code, message} or one nested in "error". It keeps an excerpt of any other body.
// It redacts the secrets, because a gateway may echo the request.
func errorOf(resp *http.Response, secrets []string, now time.Time) *Error {
	e := &Error{
		Status:     resp.StatusCode,
		RequestID:  clean(resp.Header.Get("X-Request-Id"), secrets),
		RetryAfter: retryAfter(resp.Header, now),
	}
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody)) // a part of it is enough
	type flat struct {
		ErrorCode   string `json:"error_code"`
		ErrorMsg    string `json:"error_msg"`
		ErrorExtMsg string `json:"error_ext_msg"`
		Code        string `json:"code"`
		Message     string `json:"message"`
		RequestID   string `json:"request_id"`
	}
	var full struct {
		flat
		Error json.RawMessage `json:"error"`
	}
	if json.Unmarshal(body, &full) == nil {
		var in flat
		_ = json.Unmarshal(full.Error, &in) // a gateway's "error" may be a word
		e.Code = clean(first(full.ErrorCode, full.Code, in.ErrorCode, in.Code), secrets)
		e.Message = clean(first(full.ErrorMsg, full.Message, in.ErrorMsg, in.Message), secrets)
		e.Details = clean(full.ErrorExtMsg, secrets)
		e.RequestID = first(e.RequestID, clean(first(full.RequestID, in.RequestID), secrets))
	}
	if e.Message == "" {
		e.Message = http.StatusText(resp.StatusCode)
		if resp.StatusCode >= 300 && resp.StatusCode < 400 {
			e.Message = "a redirect, which is not followed"
		} else if e.Message == "" {
			e.Message = "an unexpected status"
		}
		e.Details = excerpt(body, secrets)
	}
	if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		skew := now.Sub(date).Round(time.Second)
		if e.Code == codeClockSkew || skew.Abs() > signature.MaxSkew {
			e.ClockSkew = skew
		}
	}
	return e
}

// codeClockSkew is the gateway's code for a signature that is over 15 minutes off.
const codeClockSkew = "APIGW.0303"

// clean returns text that a server sent, on one line and without secrets.
func clean(text string, secrets []string) string { return oneLine(redact(text, secrets)) }

// excerpt is the clean beginning of a body that is not the API's JSON.
func excerpt(body []byte, secrets []string) string {
	text := redact(string(body[:min(len(body), maxErrorBody)]), secrets)
	return oneLine(text[:min(len(text), maxExcerpt)])
}

// redact replaces each secret by ***.
func redact(text string, secrets []string) string {
	for _, secret := range secrets {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "***")
		}
	}
	return text
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// oneLine keeps text that a server sent from writing line breaks, control
// sequences or a reversed reading direction into a log or onto a terminal.
func oneLine(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, text))
}
