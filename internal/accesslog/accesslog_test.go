package accesslog_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/accesslog"
)

// serve serves one request and returns the log's line about it.
func serve(t *testing.T, r *http.Request, next http.HandlerFunc) (rec *httptest.ResponseRecorder, line map[string]any, panicked any) {
	var log bytes.Buffer
	h := accesslog.Handler(accesslog.Options{
		Log:     slog.New(slog.NewJSONHandler(&log, nil)),
		Attrs:   []slog.Attr{slog.String("who", "")},
		OnPanic: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) },
	}, next)
	rec = httptest.NewRecorder()
	func() {
		defer func() { panicked = recover() }()
		h.ServeHTTP(rec, r)
	}()
	for text := range strings.Lines(log.String()) {
		var record map[string]any
		require.NoError(t, json.Unmarshal([]byte(text), &record))
		if record["msg"] == "request" {
			require.Nil(t, line, "there are two lines")
			line = record
		}
	}
	require.NotNil(t, line, "there is no line")
	return rec, line, panicked
}

func TestTheLineDescribesTheRequest(t *testing.T) {
	for name, c := range map[string]struct {
		next     http.HandlerFunc
		want     map[string]any
		panicked any
	}{
		"a status":                          {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404) }, map[string]any{"status": 404.0, "level": "INFO", "who": ""}, nil},
		"a body without a status is 200":    {func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "x") }, map[string]any{"status": 200.0}, nil},
		"the first final status counts":     {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(103); w.WriteHeader(204) }, map[string]any{"status": 204.0}, nil},
		"an attribute that the handler set": {func(w http.ResponseWriter, r *http.Request) { accesslog.From(r.Context()).Set("who", "me") }, map[string]any{"who": "me"}, nil},
		"a client error":                    {failing(400), map[string]any{"status": 400.0, "error": "oops", "level": "INFO"}, nil},
		"a server error":                    {failing(503), map[string]any{"status": 503.0, "error": "oops", "level": "ERROR"}, nil},
		"a panic":                           {func(http.ResponseWriter, *http.Request) { panic("x") }, map[string]any{"status": 500.0, "level": "ERROR"}, nil},
		"an aborted response": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(200)
			panic(http.ErrAbortHandler)
		}, map[string]any{"status": 200.0, "aborted": true, "level": "INFO"}, http.ErrAbortHandler},
	} {
		t.Run(name, func(t *testing.T) {
			_, line, panicked := serve(t, httptest.NewRequest("GET", "/a%2Fb?secret", nil), c.next)
			assert.Equal(t, c.panicked, panicked)
			assert.Equal(t, "/a%2Fb", line["path"])
			for key, want := range c.want {
				assert.Equal(t, want, line[key], key)
			}
		})
	}
}

func failing(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		accesslog.From(r.Context()).Err = errors.New("oops")
		w.WriteHeader(status)
	}
}

func TestACallersRequestIDIsKeptIfItIsSafeToLog(t *testing.T) {
	for id, kept := range map[string]bool{
		"a": true, "A-b_c.9": true, strings.Repeat("x", 64): true,
		"": false, "a b": false, "a\nb": false, "ä": false, strings.Repeat("x", 65): false,
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("X-Request-Id", id)
		_, line, _ := serve(t, r, func(http.ResponseWriter, *http.Request) {})
		if kept {
			assert.Equal(t, id, line["request_id"])
		} else {
			assert.Regexp(t, "^[0-9a-f]{32}$", line["request_id"], "%q", id)
		}
	}
}

func TestTheLengthOfALineIsBounded(t *testing.T) {
	long := strings.Repeat("é", 30<<10)
	r := httptest.NewRequest(strings.Repeat("M", 60<<10), "/"+strings.Repeat("x", 60<<10)+"?token=hunter2", nil)
	r.Header.Set("X-Request-Id", long)
	rec, line, _ := serve(t, r, func(w http.ResponseWriter, r *http.Request) {
		c := accesslog.From(r.Context())
		c.Set("who", long)
		c.Set("violations", slices.Repeat([]string{long}, 100))
		c.Err = errors.New(long)
		w.WriteHeader(500)
	})
	require.Equal(t, 500, rec.Code)
	text, err := json.Marshal(line)
	require.NoError(t, err)
	assert.Less(t, len(text), 48<<10)
	assert.NotContains(t, string(text), "hunter2")
	assert.NotContains(t, string(text), "\ufffd", "no character is cut in two")
	assert.Equal(t, "/"+strings.Repeat("x", 1023)+"… (61441 bytes)", line["path"])
	assert.Len(t, line["violations"], 32)
}
