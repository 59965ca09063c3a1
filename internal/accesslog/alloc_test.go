package accesslog_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/dcs-sessions/dcs-sessions/internal/accesslog"
)

// The entry, its attributes, the writer, the request's copy and its context; the
// rest is the id's.
func TestARequestAllocatesNoMoreThanItsParts(t *testing.T) {
	h := accesslog.Handler(accesslog.Options{
		Log:   slog.New(slog.DiscardHandler),
		Attrs: []slog.Attr{slog.String("caller", "")},
	}, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	r, w := httptest.NewRequest("GET", "/", nil), httptest.NewRecorder()
	r.Header.Set("X-Request-Id", "r")
	assert.LessOrEqual(t, testing.AllocsPerRun(100, func() { h.ServeHTTP(w, r) }), 5.0)
	r.Header.Del("X-Request-Id")
	assert.LessOrEqual(t, testing.AllocsPerRun(100, func() { h.ServeHTTP(w, r) }), 7.0)
}
