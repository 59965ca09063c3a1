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

// A conn is a caller's connection as net/http sees it. It knows whether a
// handler has the current request: what net/http writes before that is a refusal
// of its own.
type conn struct {
	net.Conn           // what HTTP is spoken on
	raw      net.Conn  // below TLS and the PROXY header
	tls      *tls.Conn // nil: plain HTTP
	remote   net.Addr
	edge     *edge

	handling atomic.Bool // from the handler's start to the end of its response
	idle     atomic.Bool // nothing came since the last response
	gone     atomic.Bool // nothing can be read or written any more, or another has it
	closing  atomic.Bool

	mu      sync.Mutex // of what Read has seen
	framing framing
	began   bool // a part of a header was read
	refused bool
}

func (c *conn) base() *conn { return c }

// A secureConn is a conn over TLS.
type secureConn struct{ *conn }

// ConnectionState is where net/http takes Request.TLS from.
func (c secureConn) ConnectionState() tls.ConnectionState { return c.tls.ConnectionState() }

type connKey struct{}

// withConn is http.Server.ConnContext.
func withConn(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}

// connOf returns nil for HTTP/2, whose framing is not ambiguous.
func connOf(r *http.Request) *conn {
	if b, ok := r.Context().Value(connKey{}).(interface{ base() *conn }); ok {
		return b.base()
	}
	return nil
}

// changed is http.Server.ConnState.
func changed(c net.Conn, state http.ConnState) {
	b, ok := c.(interface{ base() *conn })
	switch {
	case !ok:
	case state == http.StateIdle:
		b.base().end()
	case state == http.StateHijacked:
		b.base().gone.Store(true)
	}
}

// begin is called when a request's header was read. It reports whether the
// connection must be closed after the answer.
func (c *conn) begin(r *http.Request) (ambiguous bool) {
	c.handling.Store(true)
	c.idle.Store(false)
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.framing.ambiguous(r)
}

// end is called when the response is sent and the request read to its end.
func (c *conn) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.framing.next()
	c.began = false
	c.handling.Store(false)
	c.idle.Store(true)
}

// RemoteAddr returns the caller's address, as far as the PROXY protocol tells it.
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
		c.framing.saw(p[:n], handling)
		c.began = c.began || !handling
	}
	switch {
	case err == nil:
	case !errors.Is(err, os.ErrDeadlineExceeded):
		c.gone.Store(true)
	case !handling && c.began && !c.refused && c.edge.Refusal != nil:
		c.refused = true
		c.send(http.StatusRequestTimeout)
	}
	return n, err
}

// Write replaces a refusal of net/http's own.
func (c *conn) Write(p []byte) (int, error) {
	if status := statusOf(p); !c.handling.Load() && !c.gone.Load() && c.edge.Refusal != nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.refused {
			return len(p), nil // the rest of it
		}
		c.refused = true
		return len(p), c.send(status)
	}
	n, err := c.Conn.Write(p)
	if err != nil {
		c.gone.Store(true)
	}
	return n, err
}

// send answers a request that no handler sees.
func (c *conn) send(status int) error {
	c.idle.Store(false)
	c.SetWriteDeadline(time.Now().Add(time.Second))
	_, err := c.Conn.Write(c.edge.refusal(c.remote, status))
	return err
}

// CloseWrite is called by net/http when a caller may still be sending. All has
// been written.
func (c *conn) CloseWrite() error {
	c.Close()
	return nil
}

// Close lets a caller that may still be sending have its answer first.
func (c *conn) Close() error {
	if c.closing.Swap(true) {
		return nil
	}
	if c.gone.Load() || c.idle.Load() || !c.edge.lingering.add(c) {
		return c.Conn.Close()
	}
	return nil
}

// closeWrite tells the caller that the answer is complete.
func (c *conn) closeWrite() {
	if c.tls != nil {
		c.tls.CloseWrite()
	}
	if half, ok := c.raw.(interface{ CloseWrite() error }); ok {
		half.CloseWrite()
	}
}
