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

// A listener passes connections to net/http once their PROXY header is read and
// their TLS handshake is done. It prepares each on a goroutine of its own, so that
// a peer that sends nothing delays no other.
type listener struct {
	net.Listener
	server *server
	ready  chan net.Conn
	failed chan error
	ctx    context.Context // until Close
	cancel context.CancelFunc
}

var _ net.Listener = (*listener)(nil)

func (s *server) listen(ln net.Listener) net.Listener {
	l := &listener{Listener: ln, server: s, ready: make(chan net.Conn), failed: make(chan error)}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	go l.acceptLoop()
	return l
}

func (l *listener) acceptLoop() {
	for l.ctx.Err() == nil {
		c, err := l.Listener.Accept()
		if err != nil {
			select {
			case l.failed <- err: // net/http retries temporary errors after a delay
			case <-l.ctx.Done():
			}
			continue
		}
		go l.prepare(c)
	}
}

func (l *listener) prepare(raw net.Conn) {
	stop := context.AfterFunc(l.ctx, func() { raw.Close() })
	c, err := l.server.prepare(l.ctx, raw)
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

// prepare returns a *conn for plain HTTP, a tlsConn for HTTP/1.1 over TLS, or a
// *tls.Conn for HTTP/2.
func (s *server) prepare(ctx context.Context, raw net.Conn) (net.Conn, error) {
	c := &conn{Conn: raw, raw: raw, remote: raw.RemoteAddr(), server: s}
	c.idle.Store(true)
	if s.trusts(addrOf(c.remote.String())) {
		p := proxyproto.NewConn(raw, proxyproto.WithPolicy(proxyproto.USE), proxyproto.SetReadHeaderTimeout(headerTimeout))
		if from, ok := p.RemoteAddr().(*net.TCPAddr); ok { // with a malformed header the first Read fails
			c.remote = from
		}
		c.Conn = p
	}
	if s.tls == nil {
		return c, nil
	}
	t := tls.Server(connWithRemote{c.Conn, c.remote}, s.tls)
	handshake, cancel := context.WithTimeout(ctx, headerTimeout)
	defer cancel()
	if err := t.HandshakeContext(handshake); err != nil {
		s.handshakeFailed(raw, err)
		return nil, err
	}
	if t.ConnectionState().NegotiatedProtocol == "h2" {
		return t, nil
	}
	c.Conn, c.tls = t, t
	return tlsConn{c}, nil
}

// handshakeFailed logs a failed handshake. It sends a caller that speaks plain HTTP
// an error response, as net/http does.
func (s *server) handshakeFailed(raw net.Conn, err error) {
	var header tls.RecordHeaderError
	if errors.As(err, &header) && header.Conn != nil {
		raw.SetWriteDeadline(time.Now().Add(time.Second))
		if s.ErrorBody != nil {
			raw.Write(s.errorResponse(raw.RemoteAddr(), http.StatusBadRequest))
		} else {
			io.WriteString(raw, "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n")
		}
	}
	if !errors.Is(err, io.EOF) { // EOF is a TCP health check
		s.Log.Warn("TLS handshake failed", "remote", raw.RemoteAddr().String(), "error", err)
	}
}

// A connWithRemote is a connection with the remote address that a PROXY header gave.
type connWithRemote struct {
	net.Conn
	remote net.Addr
}

var _ net.Conn = connWithRemote{}

func (c connWithRemote) RemoteAddr() net.Addr { return c.remote }
