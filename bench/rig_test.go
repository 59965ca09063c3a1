package bench

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

const requestID = "2f7c9f7d5a1e4c33b0a6d1f0a8d1c9e4"

// A rig calls a handler in process repeatedly, without own allocations: request, body and
// writer are made once and reset for each call.
type rig struct {
	template http.Request
	data     []byte

	r    http.Request
	body body
	w    writer
}

func newRig(method, path string, data []byte) *rig {
	g := &rig{data: data, w: writer{header: http.Header{}}}
	g.template = *(&http.Request{
		Method: method, URL: &url.URL{Path: path}, RequestURI: path,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Host: "127.0.0.1:8080", RemoteAddr: "127.0.0.1:40000",
		Header: http.Header{
			"Accept":       {"application/json"},
			"User-Agent":   {"bench"},
			"X-Auth-Token": {"a-token"},
			"X-Request-Id": {requestID},
		},
		ContentLength: int64(len(data)),
	}).WithContext(context.Background())
	if len(data) > 0 {
		g.template.Header.Set("Content-Type", "application/json")
		g.template.Header.Set("Content-Length", strconv.Itoa(len(data)))
	}
	return g
}

// do makes one call and returns its status.
func (g *rig) do(h http.Handler) int {
	clear(g.w.header)
	g.w.status, g.w.written = 0, 0
	g.r = g.template
	if g.r.Body = http.NoBody; len(g.data) > 0 {
		g.body.Reset(g.data)
		g.r.Body = &g.body
	}
	h.ServeHTTP(&g.w, &g.r)
	return g.w.status
}

type body struct{ bytes.Reader }

func (*body) Close() error { return nil }

// A writer counts the bytes that are written, and has the methods of a connection that a
// handler may use.
type writer struct {
	header  http.Header
	status  int
	written int
}

func (w *writer) Header() http.Header { return w.header }

func (w *writer) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

func (w *writer) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	w.written += len(p)
	return len(p), nil
}

func (*writer) SetReadDeadline(time.Time) error { return nil }
