package client_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/client"
)

// silent never responds. It sends on begun when a request arrives.
func silent(t *testing.T) (endpoint string, begun <-chan struct{}) {
	arrived, end := make(chan struct{}, 1), make(chan struct{})
	a := serve(t, func(http.ResponseWriter, *http.Request) {
		arrived <- struct{}{}
		<-end
	})
	t.Cleanup(func() { close(end) }) // before the server's own, which waits for its calls
	return a.URL, arrived
}

func TestTheContextEndsACall(t *testing.T) {
	endpoint, begun := silent(t)
	c, err := client.New(endpoint, client.Options{})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-begun
		cancel()
	}()
	assert.ErrorIs(t, killAt(ctx, c, addr), context.Canceled)
}

func TestAContextThatHasEndedSendsNothing(t *testing.T) {
	a := serve(t, status(http.StatusNoContent))
	c, err := client.New(a.URL, client.Options{})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	assert.ErrorIs(t, killAt(ctx, c, addr), context.Canceled)
	assert.Empty(t, a.requests())
}

func TestTheTimeoutEndsACall(t *testing.T) {
	endpoint, _ := silent(t)
	err := kill(t, endpoint, client.Options{Timeout: 20 * time.Millisecond})
	assert.ErrorIs(t, err, context.DeadlineExceeded)
}
