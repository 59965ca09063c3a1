// Package accesslog gives each request its id and its one line in the log.
//
//	handler := accesslog.Handler(accesslog.Options{Log: log, OnPanic: answer500}, next)
//	id := accesslog.From(r.Context()).RequestID // in next
//
// It writes nothing to the caller: whether and when the id is sent back is the
// handler's to say, and OnPanic answers for a handler that panics.
package accesslog

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"
)

// Options adjusts Handler.
type Options struct {
	Log *slog.Logger // required

	// Attrs are on every line, in addition to the usual ones; a call may set them.
	Attrs []slog.Attr

	// OnPanic answers for a handler that panicked, if nothing was sent yet. It
	// may set the call's Err. Required.
	OnPanic func(w http.ResponseWriter, r *http.Request)
}

var errPanic = errors.New("the handler panicked")

// Handler lets next answer, then writes the line, whose length is bounded. A call whose handler ended
// with http.ErrAbortHandler has its line too, before net/http drops the
// connection.
func Handler(o Options, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		e := newEntry(r, o.Attrs)
		r = r.WithContext(with(r.Context(), e))
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
				panic(p) // net/http's own way to drop the connection
			}
		}()
		next.ServeHTTP(sw, r)
	})
}
