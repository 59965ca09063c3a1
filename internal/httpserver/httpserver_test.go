package httpserver_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/httpserver"
)

func TestRequestsThatOutlastTheGraceAreAborted(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	aborted := make(chan struct{})
	stopped := make(chan error, 1)
	go func() {
		stopped <- httpserver.Run(ctx, ln, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.NewResponseController(w).Flush()
			<-r.Context().Done()
			close(aborted)
		}), httpserver.Options{Grace: 50 * time.Millisecond, Log: slog.New(slog.DiscardHandler)})
	}()
	resp, err := http.Get("http://" + ln.Addr().String())
	require.NoError(t, err)
	defer resp.Body.Close()
	stop()
	err = <-stopped
	assert.ErrorContains(t, err, "requests in progress were aborted after 50ms")
	assert.ErrorIs(t, err, context.DeadlineExceeded)
	<-aborted
	_, err = io.ReadAll(resp.Body)
	assert.Error(t, err)
}
