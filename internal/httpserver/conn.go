package httpserver

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// A conn is a caller's connection as net/http sees it. It knows whether a handler
// has the current request. A response that net/http writes before that is an error
// response of its own, and conn replaces it.
type conn struct {
	net.Conn           // carries HTTP
	raw      net.Conn  // below TLS and the PROXY header
	tls      *tls.Conn // nil: plain HTTP
	remote   net.Addr
	server   *server

	handling atomic.Bool // a handler has the current request
	idle     atomic.Bool // nothing was read since the last response
	gone     atomic.Bool // the connection failed or was hijacked
	closing  atomic.Bool

	mu      sync.Mutex // guards what Read found
	framing framing
	began   bool // a part of a header was read
	refused bool // the error response was sent
}

var (
	_ net.Conn                        = (*conn)(nil)
	_ interface{ CloseWrite() error } = (*conn)(nil) // net/http asks for it
)

func (c *conn) base() *conn { return c }

// A tlsConn is a conn over TLS.
type tlsConn struct{ *conn }

var _ interface{ ConnectionState() tls.ConnectionState } = tlsConn{}

// ConnectionState returns what net/http sets as Request.TLS.
func (c tlsConn) ConnectionState() tls.ConnectionState { return c.tls.ConnectionState() }

type connKey struct{}

// withConn is http.Server.ConnContext.
func withConn(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}

// connOf returns the connection of r. It returns nil for HTTP/2, whose framing
// cannot be ambiguous.
func connOf(r *http.Request) *conn {
	if b, ok := r.Context().Value(connKey{}).(interface{ base() *conn }); ok {
		return b.base()
	}
	return nil
}

// onState is http.Server.ConnState.
func onState(c net.Conn, state http.ConnState) {
	b, ok := c.(interface{ base() *conn })
	switch {
	case !ok:
	case state == http.StateIdle:
		b.base().end()
	case state == http.StateHijacked:
		b.base().gone.Store(true)
	}
}

// begin is called when a request's header has been read. It reports whether the
// connection must be closed after the response.
func (c *conn) begin(r *http.Request) (ambiguous bool) {
	c.handling.Store(true)
	c.idle.Store(false)
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.framing.ambiguous(r)
}

// end is called when the response has been sent and the request has been read to
// its end.
func (c *conn) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.framing.next()
	c.began = false
	c.handling.Store(false)
	c.idle.Store(true)
}

// RemoteAddr returns the address in the PROXY header, or the peer's without one.
func (c *conn) RemoteAddr() net.Addr { return c.remote }

func (c *conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if c.gone.Load() {
		return n, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	handling := c.handling.Load()
	if n > 0 {
		c.idle.Store(false)
		c.framing.scan(p[:n], handling)
		c.began = c.began || !handling
	}
	switch {
	case err == nil:
	case !errors.Is(err, os.ErrDeadlineExceeded):
		c.gone.Store(true)
	case !handling && c.began && !c.refused && c.server.ErrorBody != nil:
		c.refused = true
		c.sendError(http.StatusRequestTimeout)
	}
	return n, err
}

// Write replaces an error response that net/http writes itself.
func (c *conn) Write(p []byte) (int, error) {
	if status := statusOf(p); !c.handling.Load() && !c.gone.Load() && c.server.ErrorBody != nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.refused {
			return len(p), nil // the rest of net/http's response
		}
		c.refused = true
		return len(p), c.sendError(status)
	}
	n, err := c.Conn.Write(p)
	if err != nil {
		c.gone.Store(true)
	}
	return n, err
}

// sendError sends the error response to a request that no handler sees.
func (c *conn) sendError(status int) error {
	c.idle.Store(false)
	c.SetWriteDeadline(time.Now().Add(time.Second))
	_, err := c.Conn.Write(c.server.errorResponse(c.remote, status))
	return err
}

// CloseWrite is called by net/http after the last response, when the caller may
// still be sending.
func (c *conn) CloseWrite() error {
	c.Close()
	return nil
}

// Close lets a caller that may still be sending receive its response first.
func (c *conn) Close() error {
	if c.closing.Swap(true) {
		return nil
	}
	if c.gone.Load() || c.idle.Load() || !c.server.lingering.add(c) {
		return c.Conn.Close()
	}
	return nil
}

// closeWrite signals the end of the response to the caller.
func (c *conn) closeWrite() {
	if c.tls != nil {
		c.tls.CloseWrite()
	}
	if half, ok := c.raw.(interface{ CloseWrite() error }); ok {
		half.CloseWrite()
	}
}
