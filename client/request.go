package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
)

// A request is what is sent, once for each attempt, and what counts as its
// success.
type request struct {
	operation string // the contract's operationId
	method    string
	url       *url.URL
	project   string
	body      []byte // JSON; nil: none
	opts      []CallOption
	want      int // the one status that is success

	// decode takes the JSON body of a success. Its error says what is wrong with
	// the body. nil: there is no body to read.
	decode func(body []byte) error

	// notIdempotent is for a request that must not have its effect twice. It is
	// sent again only where it is known that nothing has happened yet.
	notIdempotent bool

	// header is what the call's options add.
	header http.Header

	// responseHeader is the header of the last response, nil where the last
	// attempt had none.
	responseHeader http.Header
}

// request returns a request without a body. path needs no escaping. Package
// typedclient has a builder for each request, at several times the allocations.
func (c *Client) request(operation, method, project, path string, opts []CallOption) *request {
	return &request{operation: operation, method: method, url: c.url(project, path), project: project, opts: opts, want: http.StatusOK}
}

// post is a request of the project with a body.
func (i *Instance) post(operation, path string, body any, opts []CallOption) (*request, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("client: %w", err)
	}
	r := i.client.request(operation, http.MethodPost, i.project, path, opts)
	r.body = text
	return r, nil
}

// url returns the endpoint's URL with a path of the project.
func (c *Client) url(project, path string) *url.URL {
	path = "/v2/" + project + path
	u := *c.endpoint
	u.Path += path
	if u.RawPath != "" { // what is escaped in the endpoint stays so
		u.RawPath += path
	}
	return &u
}

// http returns what is sent for r, without the credentials.
func (r *request) http(ctx context.Context, agent string) *http.Request {
	h := &http.Request{Method: r.method, URL: r.url, Header: r.newHeader(agent)}
	if data := r.body; data != nil {
		h.ContentLength = int64(len(data))
		h.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }
		h.Body, _ = h.GetBody()
	}
	return h.WithContext(ctx)
}

// ownHeaders are those of each request, in addition to the credentials'. The last
// goes with a body.
var ownHeaders = [...]string{"Accept", "User-Agent", "X-Project-Id", "Content-Type"}

func (r *request) newHeader(agent string) http.Header {
	const json = "application/json"
	values := [len(ownHeaders)]string{json, agent, r.project, json}
	names := ownHeaders[:]
	if r.body == nil {
		names = names[:len(names)-1]
	}
	h := make(http.Header, len(ownHeaders)+len(r.header)+3) // with the signature's
	for i, name := range names {
		h[name] = values[i : i+1 : i+1]
	}
	for name, values := range r.header {
		h[name] = values
	}
	return h
}

// secrets returns the values of the headers that the credentials set.
func (r *request) secrets(sent http.Header) []string {
	var secrets []string
	for name, values := range sent {
		if !slices.Contains(ownHeaders[:], name) && name != "X-Sdk-Date" && r.header[name] == nil {
			secrets = append(secrets, values...)
		}
	}
	return secrets
}
