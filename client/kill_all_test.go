package client_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/client"
)

func TestKillAllIsOfOneNodeOrOfAll(t *testing.T) {
	for name, c := range map[string]struct {
		call func(*client.Client) (string, error)
		want string
	}{
		"a node": {func(c *client.Client) (string, error) {
			return c.Instance(project, instance).KillAll(t.Context(), node)
		}, `{"node_id":"node-1","kill_all_nodes":false}`},
		"all nodes": {func(c *client.Client) (string, error) {
			return c.Instance(project, instance).KillAll(t.Context(), client.AllNodes)
		}, `{"kill_all_nodes":true}`},
	} {
		t.Run(name, func(t *testing.T) {
			a := serve(t, answer(200, jsonType, `{"job_id":"job-7"}`))
			job, err := c.call(once(t, a.URL, client.Options{}))
			require.NoError(t, err)
			assert.Equal(t, "job-7", job)
			assert.JSONEq(t, c.want, a.requests()[0].body)
		})
	}
}

// A variable that was never set must not kill everything.
func TestAnEmptyNodeNeverMeansAllNodes(t *testing.T) {
	a := serve(t, answer(200, jsonType, `{"job_id":"job-7"}`))
	_, err := once(t, a.URL, client.Options{}).Instance(project, instance).KillAll(t.Context(), "")
	assert.EqualError(t, err, `client: the node id "" is not 1 to 64 letters, digits, - or _`)
	assert.Empty(t, a.requests())
}

// A second one would be refused, or kill those that have come back.
func TestKillAllIsSentAgainOnlyWhereItWasNotSent(t *testing.T) {
	refused := &net.OpError{Op: "dial", Err: errors.New("refused")}
	for name, c := range map[string]struct {
		err   error
		again bool
	}{
		"no connection":                  {refused, true},
		"no connection, traced":          {fmt.Errorf("traced: %w", refused), true},
		"no connection to the proxy":     {&net.OpError{Op: "proxyconnect", Err: refused}, true},
		"a connection that closes":       {io.EOF, false},
		"a connection that breaks":       {io.ErrUnexpectedEOF, false},
		"a connection that is reset":     {&net.OpError{Op: "read", Err: errors.New("reset")}, false},
		"a request that is half written": {&net.OpError{Op: "write", Err: errors.New("broken pipe")}, false},
	} {
		t.Run(name, func(t *testing.T) {
			transport := &roundTrip{next: func(*http.Request) (*http.Response, error) { return nil, c.err }}
			cl, _ := patient(t, "http://dcs.example.com", client.Options{Transport: transport})
			_, err := cl.Instance(project, instance).KillAll(t.Context(), node)
			require.ErrorIs(t, err, c.err)
			want := 1
			if c.again {
				want = 3
			}
			assert.Equal(t, want, transport.n)
		})
	}
	t.Run("nor by net/http, over a connection that was in use before", func(t *testing.T) {
		a := serve(t, then(answer(200, jsonType, `{"job_id":"j"}`), hangUp))
		cl, _ := patient(t, a.URL, client.Options{Transport: &http.Transport{}})
		_, err := cl.Instance(project, instance).KillAll(t.Context(), node)
		require.NoError(t, err)
		_, err = cl.Instance(project, instance).KillAll(t.Context(), node)
		require.Error(t, err)
		assert.Len(t, a.requests(), 2)
	})
}
