// Package accesslog gives each request an id and writes one line about it to the
// log.
//
//	handler := accesslog.Handler(accesslog.Options{Log: log, OnPanic: writeError500}, next)
//	id := accesslog.From(r.Context()).RequestID // in next
//	accesslog.From(r.Context()).Set("caller", name)
//
// It writes nothing to the caller. The handler decides whether it sends the id
// back, and OnPanic writes the response for a handler that panicked.
package accesslog

import (
	"bufio"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"time"
)

// Options adjusts [Handler].
type Options struct {
	Log *slog.Logger // required

	// Attrs are on every line, in addition to the usual ones. [Entry.Set] replaces
	// their values.
	Attrs []slog.Attr

	// OnPanic writes the response for a handler that panicked before it sent
	// anything. It may set the entry's Err. Required.
	OnPanic func(w http.ResponseWriter, r *http.Request)
}

var errPanic = errors.New("the handler panicked")

// Handler calls next and then writes the line. The length of the line is bounded.
// A request whose handler ended with [http.ErrAbortHandler] is logged too, before
// net/http drops the connection.
func Handler(o Options, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		e := newEntry(r, o.Attrs)
		r = r.WithContext(withEntry(r.Context(), e))
		sw := &statusWriter{ResponseWriter: w, entry: e}
		defer func() {
			p := recover()
			aborted := p == http.ErrAbortHandler
			if p != nil && !aborted {
				o.Log.Error("panic", "request_id", e.RequestID, "panic", cut(fmt.Sprint(p), maxError), "stack", cut(string(debug.Stack()), maxStack))
				e.Err = errPanic
				if e.Status == 0 {
					o.OnPanic(sw, r)
				}
			}
			if aborted {
				e.Set("aborted", true)
			}
			e.log(o.Log, r, aborted, time.Since(start))
			if aborted {
				panic(p) // makes net/http drop the connection
			}
		}()
		next.ServeHTTP(sw, r)
	})
}

// A statusWriter stores the status that was sent in its entry. It is not made by
// httpsnoop, whose Wrap with these three hooks allocates eleven times where this
// allocates once.
type statusWriter struct {
	http.ResponseWriter
	entry *Entry
}

var (
	_ http.ResponseWriter                       = (*statusWriter)(nil)
	_ http.Hijacker                             = (*statusWriter)(nil)
	_ interface{ Unwrap() http.ResponseWriter } = (*statusWriter)(nil)
)

func (w *statusWriter) WriteHeader(status int) {
	if status >= 200 && w.entry.Status == 0 {
		w.entry.Status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(p []byte) (int, error) {
	if w.entry.Status == 0 {
		w.entry.Status = http.StatusOK
	}
	return w.ResponseWriter.Write(p)
}

// Hijack implements [http.Hijacker]. The handler that takes the connection writes
// the 101 to it.
func (w *statusWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(w.ResponseWriter).Hijack()
	if err == nil && w.entry.Status == 0 {
		w.entry.Status = http.StatusSwitchingProtocols
	}
	return conn, rw, err
}

// Unwrap lets [http.ResponseController] reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
