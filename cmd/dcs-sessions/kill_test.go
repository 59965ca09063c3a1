package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Sessions of the first of several requests are closed, even if the next fails.
func TestSessionsOfAnEarlierRequestCountAsClosed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status int
		last   string // the address after the first 10,000
		result string
		stderr string
	}{
		"the second is refused": {400, "192.0.2.2:1", "not killed", "dcs-sessions: 10000 of 10001 sessions are done, then: 400 DCS.4957: Not now. [request r-1]\n"},
		"the second fails":      {500, "192.0.2.2:1", "unknown", "dcs-sessions: 10000 of 10001 sessions are done, then: 500 DCS.4957: Not now. [request r-1]\n"},
	} {
		t.Run(name, func(t *testing.T) {
			requests := 0
			api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				requests++
				w.Header().Set("X-Request-Id", "r-1")
				if requests == 1 {
					w.WriteHeader(http.StatusNoContent)
					return
				}
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, `{"error_code":"DCS.4957","error_msg":"Not now."}`)
			}))
			defer api.Close()
			args := killArgs(api.URL)
			args = args[:len(args)-1]
			for port := range 10_000 {
				args = append(args, "192.0.2.1:"+strconv.Itoa(port+1))
			}
			code, stdout, stderr := called(t.Context(), true, append(args, c.last)...)
			assert.Equal(t, exitFailed, code)
			rows := strings.Split(strings.TrimSpace(stdout), "\n")[1:]
			assert.Len(t, rows, 10_001)
			for i, row := range rows {
				_, result, _ := strings.Cut(row, " ")
				want := "closed"
				if i == 10_000 {
					want = c.result
				}
				assert.Equal(t, want, strings.TrimSpace(result), row)
			}
			assert.True(t, strings.HasPrefix(stderr, c.stderr), stderr)
		})
	}
}
