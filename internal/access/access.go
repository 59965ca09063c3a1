// Package access gives each request its id and its one line in the log.
//
//	handler := access.Handler(access.Options{Log: log, Panicked: answer500}, next)
//	id := access.Of(r.Context()).RequestID // in next
//
// It writes nothing to the caller: whether and when the id is sent back is the
// handler's to say, and Panicked answers for a handler that panics.
package access

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

	// Panicked answers for a handler that panicked, if nothing was sent yet. It
	// may set the call's Err. Required.
	Panicked func(w http.ResponseWriter, r *http.Request)
}

var errPanic = errors.New("the handler panicked")

// Handler lets next answer, then writes the line, whose length is bounded. A call whose handler ended
// with http.ErrAbortHandler has its line too, before net/http drops the
// connection.
func Handler(o Options, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		c := newCall(r, o.Attrs)
		r = r.WithContext(with(r.Context(), c))
		sw := &statusWriter{ResponseWriter: w, call: c}
		defer func() {
			p := recover()
			aborted := p == http.ErrAbortHandler
			if p != nil && !aborted {
				o.Log.Error("panic", "request_id", c.RequestID, "panic", cut(fmt.Sprint(p), maxError), "stack", cut(string(debug.Stack()), maxStack))
				c.Err = errPanic
				if c.Status == 0 {
					o.Panicked(sw, r)
				}
			}
			if aborted {
				c.Set("aborted", true)
			}
			c.log(o.Log, r, aborted, time.Since(start))
			if aborted {
				panic(p) // net/http's own way to drop the connection
			}
		}()
		next.ServeHTTP(sw, r)
	})
}
