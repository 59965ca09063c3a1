package client

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"unicode"
)

// maxErrorBody is how much of an error's body is read, and maxExcerpt how much
// is kept of one that is not JSON; in bytes.
const (
	maxErrorBody = 64 << 10
	maxExcerpt   = 256
)

// An Error is an answer that is not success.
type Error struct {
	Status    int    // the HTTP status
	Code      string // such as DCS.4957; empty where the answer has none
	Message   string // never empty
	Details   string // more, where the answer has more
	RequestID string // of the call, for the service's log; may be empty
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
	if e.RequestID != "" {
		fmt.Fprintf(&b, " [request %s]", e.RequestID)
	}
	return b.String()
}

// errorOf reads the API's error, or that of a gateway before it: a flat
// {code, message} or one nested in "error". Of anything else it keeps an
// excerpt. The token is blotted out, for a debugging gateway echoes the request.
func errorOf(resp *http.Response, token string) *Error {
	e := &Error{Status: resp.StatusCode, RequestID: oneLine(blot(resp.Header.Get("X-Request-Id"), token))}
	read, _ := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody)) // what came before it broke will do
	body := blot(string(read), token)
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
	if json.Unmarshal([]byte(body), &answer) == nil {
		var in flat
		_ = json.Unmarshal(answer.Error, &in) // a gateway's "error" may be a word
		e.Code = oneLine(first(answer.ErrorCode, answer.Code, in.ErrorCode, in.Code))
		e.Message = oneLine(first(answer.ErrorMsg, answer.Message, in.ErrorMsg, in.Message))
		e.Details = oneLine(answer.ErrorExtMsg)
		e.RequestID = first(e.RequestID, oneLine(first(answer.RequestID, in.RequestID)))
	}
	if e.Message == "" {
		e.Message = http.StatusText(resp.StatusCode)
		if resp.StatusCode >= 300 && resp.StatusCode < 400 {
			e.Message = "a redirect, which is not followed"
		} else if e.Message == "" {
			e.Message = "an unexpected status"
		}
		e.Details = oneLine(body[:min(len(body), maxExcerpt)])
	}
	return e
}

func blot(text, secret string) string {
	if secret == "" {
		return text
	}
	return strings.ReplaceAll(text, secret, "***")
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
