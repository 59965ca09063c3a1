package httpserver

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/pires/go-proxyproto"
)

// A listener gives net/http connections whose PROXY header and TLS handshake
// are done. Each is prepared on its own, so that a peer that sends nothing keeps
// no other waiting.
type listener struct {
	net.Listener
	edge   *edge
	ready  chan net.Conn
	failed chan error
	ctx    context.Context // until Close
	cancel context.CancelFunc
}

func (e *edge) listen(ln net.Listener) net.Listener {
	l := &listener{Listener: ln, edge: e, ready: make(chan net.Conn), failed: make(chan error)}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	go l.run()
	return l
}

func (l *listener) run() {
	for l.ctx.Err() == nil {
		c, err := l.Listener.Accept()
		if err != nil {
			select {
			case l.failed <- err: // net/http knows which errors pass, and waits
			case <-l.ctx.Done():
			}
			continue
		}
		go l.prepare(c)
	}
}

func (l *listener) prepare(raw net.Conn) {
	stop := context.AfterFunc(l.ctx, func() { raw.Close() })
	c, err := l.edge.prepare(l.ctx, raw)
	if !stop() || err != nil {
		raw.Close()
		return
	}
	select {
	case l.ready <- c:
	case <-l.ctx.Done():
		raw.Close()
	}
}

// Accept implements net.Listener.
func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.ready:
		return c, nil
	case err := <-l.failed:
		return nil, err
	case <-l.ctx.Done():
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (l *listener) Close() error {
	l.cancel()
	return l.Listener.Close()
}

// prepare returns a *conn, a secureConn, or a *tls.Conn where HTTP/2 is to be
// spoken.
func (e *edge) prepare(ctx context.Context, raw net.Conn) (net.Conn, error) {
	c := &conn{Conn: raw, raw: raw, remote: raw.RemoteAddr(), edge: e}
	c.idle.Store(true)
	if e.trusts(addrOf(c.remote.String())) {
		p := proxyproto.NewConn(raw, proxyproto.WithPolicy(proxyproto.USE), proxyproto.SetReadHeaderTimeout(headerTimeout))
		if from, ok := p.RemoteAddr().(*net.TCPAddr); ok { // a bad header fails the first Read
			c.remote = from
		}
		c.Conn = p
	}
	if e.tls == nil {
		return c, nil
	}
	t := tls.Server(addressed{c.Conn, c.remote}, e.tls)
	handshake, cancel := context.WithTimeout(ctx, headerTimeout)
	defer cancel()
	if err := t.HandshakeContext(handshake); err != nil {
		e.handshakeFailed(raw, err)
		return nil, err
	}
	if t.ConnectionState().NegotiatedProtocol == "h2" {
		return t, nil
	}
	c.Conn, c.tls = t, t
	return secureConn{c}, nil
}

// handshakeFailed answers a caller that speaks plain HTTP, as net/http does.
func (e *edge) handshakeFailed(raw net.Conn, err error) {
	var header tls.RecordHeaderError
	if errors.As(err, &header) && header.Conn != nil {
		raw.SetWriteDeadline(time.Now().Add(time.Second))
		if e.Refusal != nil {
			raw.Write(e.refusal(raw.RemoteAddr(), http.StatusBadRequest))
		} else {
			io.WriteString(raw, "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n")
		}
	}
	if !errors.Is(err, io.EOF) { // a health check
		e.Log.Warn("TLS handshake failed", "remote", raw.RemoteAddr().String(), "error", err)
	}
}

// addressed is a connection whose caller's address is known from elsewhere.
type addressed struct {
	net.Conn
	remote net.Addr
}

func (a addressed) RemoteAddr() net.Addr { return a.remote }
