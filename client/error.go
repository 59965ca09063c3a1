package client

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode"

	"github.com/dcs-sessions/dcs-sessions/signature"
)

// maxErrorBody is how much of an error's body is read, and maxExcerpt how much
// is kept of one that is not JSON; in bytes.
const (
	maxErrorBody = 64 << 10
	maxExcerpt   = 256
)

// An Error is an answer that is not success, or a success that cannot be used:
// then Status is 200 and Message says what is wrong with its body.
type Error struct {
	Status    int    // the HTTP status
	Code      string // such as DCS.4957; empty where the answer has none
	Message   string // never empty
	Details   string // more, where the answer has more
	RequestID string // of the call, for the service's log; may be empty

	// RetryAfter is how long the server asks to wait; 0 where it does not.
	RetryAfter time.Duration

	// ClockSkew is how far the clock here is ahead of the server's, or behind
	// it if negative: where it is over 15 minutes, which no signature
	// outlasts, or where the answer is that of a skew.
	ClockSkew time.Duration

	ended    error // what ended the reading of a success: that of a context
	replaced bool
}

// Replaced reports whether a kill found another session at an address that it
// names. That one was not killed, the others of the request were: list again.
// The Outcome that Kill returned has which it is.
func (e *Error) Replaced() bool { return e.replaced }

// Retryable tells whether the same call may succeed later: 429, 500, 502, 503
// and 504, unless it is NotFound. The client itself tries again all of these but
// 500. To repeat a call is always safe, but for KillAll.
func (e *Error) Retryable() bool {
	return (e.Status == http.StatusInternalServerError || isPassing(e.Status)) && !e.NotFound()
}

// NotFound tells that the instance, its node or the URL does not exist.
func (e *Error) NotFound() bool {
	return e.Status == http.StatusNotFound ||
		e.Code == "DCS.3053" || e.Code == "DCS.5053" // an unknown node is a 400 or a 500 to the API's reference
}

// Unauthorized tells that the credentials are missing, wrong or expired, or
// that the clock is off: see ClockSkew. Credentials that do not suffice are a
// 403.
func (e *Error) Unauthorized() bool { return e.Status == http.StatusUnauthorized }

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

// Unwrap returns context.Canceled or context.DeadlineExceeded where the context
// or the timeout was over before the whole of a success had come, and else nil.
func (e *Error) Unwrap() error { return e.ended }

// errorOf reads the API's error, or that of a gateway before it: a flat
// {code, message} or one nested in "error". Of anything else it keeps an
// excerpt. The secrets are blotted out, for a debugging gateway echoes the
// request.
func errorOf(resp *http.Response, secrets []string, now time.Time) *Error {
	e := &Error{
		Status:     resp.StatusCode,
		RequestID:  clean(resp.Header.Get("X-Request-Id"), secrets),
		RetryAfter: retryAfter(resp.Header, now),
	}
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody)) // what came before it broke will do
	type flat struct {
		ErrorCode   string `json:"error_code"`
		ErrorMsg    string `json:"error_msg"`
		ErrorExtMsg string `json:"error_ext_msg"`
		Code        string `json:"code"`
		Message     string `json:"message"`
		RequestID   string `json:"request_id"`
	}
	var answer struct {
		flat
		Error json.RawMessage `json:"error"`
	}
	if json.Unmarshal(body, &answer) == nil {
		var in flat
		_ = json.Unmarshal(answer.Error, &in) // a gateway's "error" may be a word
		e.Code = clean(first(answer.ErrorCode, answer.Code, in.ErrorCode, in.Code), secrets)
		e.Message = clean(first(answer.ErrorMsg, answer.Message, in.ErrorMsg, in.Message), secrets)
		e.Details = clean(answer.ErrorExtMsg, secrets)
		e.RequestID = first(e.RequestID, clean(first(answer.RequestID, in.RequestID), secrets))
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

// codeClockSkew is the gateway's for a signature that is over 15 minutes off.
const codeClockSkew = "APIGW.0303"

// clean makes one line without secrets of what a stranger sent.
func clean(text string, secrets []string) string { return oneLine(blot(text, secrets)) }

// excerpt is the beginning of a body that is not understood, made clean.
func excerpt(body []byte, secrets []string) string {
	text := blot(string(body[:min(len(body), maxErrorBody)]), secrets)
	return oneLine(text[:min(len(text), maxExcerpt)])
}

func blot(text string, secrets []string) string {
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

// oneLine keeps what a stranger sent from writing lines, control sequences or a
// reversed reading direction of its own into a log or onto a terminal.
func oneLine(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, text))
}
