package server

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/dcs-sessions/dcs-sessions/gen"
	"github.com/dcs-sessions/dcs-sessions/internal/accesslog"
	"github.com/dcs-sessions/dcs-sessions/sessions"
	"github.com/dcs-sessions/dcs-sessions/validate"
)

// A failure is an error response. The caller sees the status, the code, the message
// and the details; only the log shows the cause.
type failure struct {
	status     int
	code       string // of the table in the API's reference
	message    string
	details    string
	retryAfter int    // Retry-After in seconds; 0 is no header
	outcome    string // X-Kill-Outcome; empty is no header
	cause      error
}

func (f *failure) Error() string {
	text := fmt.Sprintf("%d %s: %s", f.status, f.code, f.message)
	if f.details != "" {
		text += " " + f.details
	}
	if f.cause != nil {
		text += " (" + f.cause.Error() + ")"
	}
	return text
}

func (f *failure) Unwrap() error { return f.cause }

// with returns a copy of f with details for the caller and a cause for the log.
func (f failure) with(details string, cause error) *failure {
	f.details, f.cause = details, cause
	return &f
}

// The failures, with the codes of the API's reference. A comment marks each
// deviation from the reference.
var (
	invalidNode      = failure{status: 400, code: "DCS.3053", message: "Incorrect node ID."}
	invalidProject   = failure{status: 400, code: "DCS.4002", message: "Invalid project ID format."}
	emptyBody        = failure{status: 400, code: "DCS.4004", message: "The request body is empty."}
	invalidJSON      = failure{status: 400, code: "DCS.4005", message: "The request body contains invalid characters or is not JSON."}
	invalidInstance  = failure{status: 400, code: "DCS.4061", message: "Invalid instance ID format."}
	invalidRequest   = failure{status: 400, code: "DCS.4800", message: "Invalid request."}
	protectedSession = failure{status: 400, code: "DCS.4800", message: "The request names protected sessions. Nothing was killed."}
	replacedSession  = failure{status: 400, code: "DCS.4800", message: "Another session now uses an address of the request. That session was not killed; the others were."}
	taskRunning      = failure{status: 400, code: "DCS.4957", message: "This operation is not allowed when the task is in the current state."}

	invalidToken    = failure{status: 401, code: "DCS.1001", message: "Invalid token."}
	expiredToken    = failure{status: 401, code: "DCS.1002", message: "The token has expired."}
	noToken         = failure{status: 401, code: "DCS.1003", message: "No token in the request."}
	badSignature    = failure{status: 401, code: "APIGW.0301", message: "Incorrect IAM authentication information."}
	clockSkew       = failure{status: 401, code: "APIGW.0303", message: "The time of the request differs from the server's by more than 15 minutes."}
	otherProject    = failure{status: 403, code: "DCS.1004", message: "The project ID does not match the token."} // 401 in the reference; 403 because the caller is authenticated
	notAllowed      = failure{status: 403, code: "DCS.2007", message: "Policy does not allow %s."}
	notLocal        = failure{status: 403, code: "DCS.2003", message: "A server without credentials accepts only callers on its machine: the Host must be a loopback address, and the Origin, if any, must be the same."}
	noInstance      = failure{status: 404, code: "DCS.3022", message: "This DCS instance does not exist."}
	noURL           = failure{status: 404, code: "DCS.4001", message: "The requested URL does not exist."}
	noMethod        = failure{status: 405, code: "DCS.5001", message: "The URL does not support this method."}
	tooLarge        = failure{status: 413, code: "APIGW.0201", message: "The request body is too large."}
	unsupportedType = failure{status: 415, code: "DCS.4005", message: "The request body must be application/json without a content encoding."} // not in the reference
	internal        = failure{status: 500, code: "DCS.5000", message: "Internal service error."}
	nodeFailed      = failure{status: 500, code: "DCS.5024", message: "Failed to query the instance."}
	stopping        = failure{status: 503, code: "DCS.5006", message: "The server is stopping.", retryAfter: 1}                                        // 500 in the reference; 503 because another server may accept the request
	nodeBusy        = failure{status: 503, code: "DCS.5024", message: "Failed to query the instance: the node is busy.", retryAfter: 1}                // not in the reference
	overloaded      = failure{status: 503, code: "APIGW.0308", message: "The server has reached its limit of buffered request bodies.", retryAfter: 1} // not in the reference
)

func (f *failure) response() gen.ErrorResponse {
	return gen.ErrorResponse{ErrorCode: f.code, ErrorMsg: f.message, ErrorExtMsg: f.details}
}

// writeFailure writes the API's error response. Clients rely on error_code and
// error_msg, so neither is ever empty.
func writeFailure(w http.ResponseWriter, f *failure) {
	data, err := json.Marshal(f.response())
	if err != nil { // strings always encode
		panic(err)
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(data)))
	if f.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(f.retryAfter))
	}
	if f.outcome != "" {
		h.Set("X-Kill-Outcome", f.outcome)
	}
	w.WriteHeader(f.status)
	w.Write(data)
}

// failureOf returns the failure that the reference defines for the first violation.
func failureOf(vs validate.Violations) *failure {
	v := vs[0]
	details := describe(vs)
	if v.Direction == validate.Response {
		return internal.with("", vs)
	}
	switch v.Rule {
	case validate.RuleRoute:
		return noURL.with("", vs)
	case validate.RuleMethod:
		return noMethod.with("", vs)
	case validate.RuleBodyTooLarge:
		return tooLarge.with("", vs)
	case validate.RuleBodyBudget:
		return overloaded.with("Trying again is safe.", vs)
	case validate.RuleContentType, validate.RuleContentEncoding:
		return unsupportedType.with("", vs)
	}
	switch {
	case v.In == validate.InPath && v.Pointer == "/project_id":
		return invalidProject.with("", vs)
	case v.In == validate.InPath && v.Pointer == "/instance_id":
		return invalidInstance.with("", vs)
	case v.In == validate.InBody && v.Pointer == "" && (v.Rule == "required" || v.Rule == "nullable"):
		return emptyBody.with("", vs)
	case v.In == validate.InBody && (strings.HasPrefix(string(v.Rule), "json-") || v.Rule == validate.RuleBodyRead):
		return invalidJSON.with(details, vs)
	case v.Pointer == "/node_id":
		return invalidNode.with(details, vs)
	default:
		return invalidRequest.with(details, vs)
	}
}

// describe lists the place and the message of the first violations. It quotes
// neither values nor the schema.
func describe(vs validate.Violations) string {
	const maxShown = 3
	var b strings.Builder
	for i, v := range vs {
		if i == maxShown {
			b.WriteString("; and more")
			break
		}
		if i > 0 {
			b.WriteString("; ")
		}
		place := v.Pointer
		if place == "" {
			place = "the " + string(v.In)
		}
		fmt.Fprintf(&b, "%s: %s", place, v.Message)
	}
	return b.String()
}

// writeViolations writes the error response for a request or response that
// validation or authentication has refused.
func writeViolations(w http.ResponseWriter, r *http.Request, vs validate.Violations) {
	var f *failure
	if !errors.As(vs, &f) {
		f = failureOf(vs)
	}
	writeError(w, r, f)
}

// writeError writes the error response for err, and records err in the access log.
// Every error response of a handler passes through it.
func writeError(w http.ResponseWriter, r *http.Request, err error) {
	var f *failure
	if !errors.As(err, &f) {
		f = internal.with("", err)
	}
	accesslog.From(r.Context()).Err = f
	writeFailure(w, f)
}

// httpErrorBody returns the body for an error that net/http itself responds with.
func httpErrorBody(status int) (contentType string, body []byte) {
	f := invalidRequest
	switch {
	case status == 413 || status == 431:
		f = tooLarge
	case status == 503:
		f = overloaded
	case status >= 500:
		f = internal
	}
	body, err := json.Marshal(f.with("The server cannot parse the request as HTTP.", nil).response())
	if err != nil { // strings always encode
		panic(err)
	}
	return "application/json", body
}

// errStopped is the cause of a context that ended because the server stops.
var errStopped = errors.New("the server was stopped")

// publicReason returns the part of a node's error that a caller may see. It contains
// neither the node's address nor its reply.
func publicReason(err error) string {
	if errors.Is(err, errStopped) {
		return errStopped.Error()
	}
	return cmp.Or(sessions.Reason(err), "internal error")
}

// nodeFailure returns the failure for an error of package sessions.
func nodeFailure(err error) *failure {
	f := internal
	switch {
	case errors.Is(err, errStopped):
		f = stopping
	case errors.Is(err, sessions.ErrBusy):
		f = nodeBusy
	case errors.Is(err, sessions.ErrUnreachable), errors.Is(err, sessions.ErrRefused):
		f = nodeFailed
	default:
		return f.with("", err)
	}
	reason := publicReason(err) // never empty
	return f.with(strings.ToUpper(reason[:1])+reason[1:]+". Trying again is safe.", err)
}
