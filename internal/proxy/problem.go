package proxy

import (
	"encoding/json"
	"net/http"

	"github.com/dcs-sessions/dcs-sessions/internal/accesslog"
)

const problemType = "application/problem+json"

// A problem is RFC 9457 problem details, in the form that package validate writes.
type problem struct {
	Title     string `json:"title"`
	Status    int    `json:"status"`
	Detail    string `json:"detail"`
	RequestID string `json:"request_id,omitempty"`
}

func writeProblem(w http.ResponseWriter, r *http.Request, status int, detail string) {
	id := accesslog.From(r.Context()).RequestID
	if id != "" { // there is none on the admin address
		w.Header().Set("X-Request-Id", id)
	}
	w.Header().Set("Content-Type", problemType)
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(problem{http.StatusText(status), status, detail, id})
}

func panicked(w http.ResponseWriter, r *http.Request) {
	writeProblem(w, r, http.StatusInternalServerError, "the proxy failed")
}

// errorBody is httpserver's Options.ErrorBody.
func errorBody(status int) (contentType string, body []byte) {
	body, err := json.Marshal(problem{Title: http.StatusText(status), Status: status, Detail: "the request could not be read: " + reason(status)})
	if err != nil { // strings always encode
		panic(err)
	}
	return problemType, body
}

func reason(status int) string {
	switch status {
	case http.StatusRequestTimeout:
		return "its header took too long"
	case http.StatusExpectationFailed:
		return "the server does not know its expectation"
	case http.StatusRequestHeaderFieldsTooLarge:
		return "its header is too large"
	case http.StatusNotImplemented:
		return "its transfer coding is unknown"
	case http.StatusHTTPVersionNotSupported:
		return "the server speaks HTTP/1.1, and HTTP/2 over TLS"
	default:
		return "it is not an HTTP request, or its header is malformed"
	}
}
