package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/dcs-sessions/dcs-sessions/gen"
	"github.com/dcs-sessions/dcs-sessions/internal/accesslog"
	"github.com/dcs-sessions/dcs-sessions/validate"
)

// A failure is every way out of a call but its success. Status, code, message
// and details are the caller's; cause is the log's alone.
type failure struct {
	status     int
	code       string // of the reference's table
	message    string
	details    string
	retryAfter int    // seconds; 0 sends no header
	outcome    string // X-Kill-Outcome; empty sends no header
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

// with returns a copy that also has details for the caller and a cause for the
// log.
func (f failure) with(details string, cause error) *failure {
	f.details, f.cause = details, cause
	return &f
}

// The failures, with the reference's codes. A status that the reference does
// not give for its code is marked.
var (
	invalidNode      = failure{status: 400, code: "DCS.3053", message: "Incorrect node ID."}
	invalidProject   = failure{status: 400, code: "DCS.4002", message: "Invalid project ID format."}
	emptyBody        = failure{status: 400, code: "DCS.4004", message: "The request body is empty."}
	invalidJSON      = failure{status: 400, code: "DCS.4005", message: "The request body contains invalid characters or is not JSON."}
	invalidInstance  = failure{status: 400, code: "DCS.4061", message: "Invalid instance ID format."}
	invalidRequest   = failure{status: 400, code: "DCS.4800", message: "Invalid request."}
	protectedSession = failure{status: 400, code: "DCS.4800", message: "The request names sessions that must not be killed. Nothing was killed."}
	replacedSession  = failure{status: 400, code: "DCS.4800", message: "Another session has an address now. It was not killed; the others of the request were."}
	taskRunning      = failure{status: 400, code: "DCS.4957", message: "This operation is not allowed when the task is in the current state."}

	invalidToken    = failure{status: 401, code: "DCS.1001", message: "Invalid token."}
	expiredToken    = failure{status: 401, code: "DCS.1002", message: "The token has expired."}
	noToken         = failure{status: 401, code: "DCS.1003", message: "No token in the request."}
	badSignature    = failure{status: 401, code: "APIGW.0301", message: "Incorrect IAM authentication information."}
	clockSkew       = failure{status: 401, code: "APIGW.0303", message: "The request's time is more than 15 minutes off."}
	otherProject    = failure{status: 403, code: "DCS.1004", message: "The project ID does not match the token."} // 401 in the reference, but who calls is known
	notAllowed      = failure{status: 403, code: "DCS.2007", message: "Policy does not allow %s."}
	notLocal        = failure{status: 403, code: "DCS.2003", message: "Without credentials only callers on this machine are served: the Host must be a loopback address, and there must be no foreign Origin."}
	noInstance      = failure{status: 404, code: "DCS.3022", message: "This DCS instance does not exist."}
	noURL           = failure{status: 404, code: "DCS.4001", message: "The requested URL does not exist."}
	noMethod        = failure{status: 405, code: "DCS.5001", message: "The URL does not take this method."}
	tooLarge        = failure{status: 413, code: "APIGW.0201", message: "The request body is too large."}
	unsupportedType = failure{status: 415, code: "DCS.4005", message: "The request body must be application/json without a content encoding."} // this project's
	internal        = failure{status: 500, code: "DCS.5000", message: "Internal service error."}
	nodeFailed      = failure{status: 500, code: "DCS.5024", message: "Failed to query the instance."}
	stopping        = failure{status: 503, code: "DCS.5006", message: "The server is stopping.", retryAfter: 1}                              // 500 in the reference, but another server may take it
	nodeBusy        = failure{status: 503, code: "DCS.5024", message: "Failed to query the instance: the node is busy.", retryAfter: 1}      // this project's
	overloaded      = failure{status: 503, code: "APIGW.0308", message: "The server holds as many request bodies as it may.", retryAfter: 1} // this project's
)

func (f *failure) response() gen.ErrorResponse {
	return gen.ErrorResponse{ErrorCode: f.code, ErrorMsg: f.message, ErrorExtMsg: f.details}
}

// writeFailure answers in the API's one error shape. Both texts that clients
// rely on, error_code and error_msg, are never empty.
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

// failureOf maps what validation found to the failure that the reference has
// for it; its first violation decides.
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

// describe tells the caller where and what, without quoting a value or the
// schema. A few are enough to mend a request.
func describe(vs validate.Violations) string {
	const few = 3
	var b strings.Builder
	for i, v := range vs {
		if i == few {
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

// refuse answers a call that validation or authentication stopped.
func refuse(w http.ResponseWriter, r *http.Request, vs validate.Violations) {
	var f *failure
	if !errors.As(vs, &f) {
		f = failureOf(vs)
	}
	fail(w, r, f)
}

// fail is the one way out for every error.
func fail(w http.ResponseWriter, r *http.Request, err error) {
	var f *failure
	if !errors.As(err, &f) {
		f = internal.with("", err)
	}
	accesslog.From(r.Context()).Err = f
	writeFailure(w, f)
}

// refusal gives the API's error shape to what net/http refuses by itself.
func refusal(status int) (contentType string, body []byte) {
	f := invalidRequest
	switch {
	case status == 413 || status == 431:
		f = tooLarge
	case status == 503:
		f = overloaded
	case status >= 500:
		f = internal
	}
	body, err := json.Marshal(f.with("The request is not HTTP as this server takes it.", nil).response())
	if err != nil { // strings always encode
		panic(err)
	}
	return "application/json", body
}
