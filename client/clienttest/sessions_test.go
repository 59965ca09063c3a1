package clienttest_test

import (
	"context"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/dcs-sessions/dcs-sessions/client/clienttest"
)

// fake returns a server and a client of it that makes one attempt.
func fake(t *testing.T) (*clienttest.Server, *client.Client) {
	t.Helper()
	api := clienttest.New()
	t.Cleanup(api.Close)
	c, err := client.New(api.URL, client.Options{Credentials: client.Token("a-secret"), Retry: client.Retry{Attempts: 1}})
	require.NoError(t, err)
	return api, c
}

// list returns the ids of what is listed without a scan, in order.
func list(ctx context.Context, c *client.Client, node string, o client.ListOptions) (ids string, err error) {
	o.Scanned = true
	for session, err := range c.Instance("p", "i").List(ctx, node, o) {
		if err != nil {
			return ids, err
		}
		ids += session.ID
	}
	return ids, nil
}

func three() []client.Session {
	peer := "198.51.100.1:9"
	return []client.Session{
		{ID: "c", Addr: "192.0.2.1:1"},
		{ID: "a", Addr: "192.0.2.2:2", Peer: peer},
		{ID: "b", Addr: "192.0.2.12:3"},
	}
}

func TestSessionsAreListed(t *testing.T) {
	api, c := fake(t)
	sessions := three()
	api.SetSessions("n", sessions)
	api.SetSessions("m", []client.Session{{ID: "z"}})
	sessions[0].ID = "changed later"
	for name, l := range map[string]struct {
		node string
		o    client.ListOptions
		want string
	}{
		"in the order given":  {"n", client.ListOptions{Sort: "id"}, "cab"},
		"page by page":        {"n", client.ListOptions{Limit: 2}, "cab"},
		"by address":          {"n", client.ListOptions{Addr: "192.0.2.1", Limit: 1}, "cb"},
		"of another node":     {"m", client.ListOptions{}, "z"},
		"of a node never set": {"o", client.ListOptions{}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := list(t.Context(), c, l.node, l.o)
			assert.NoError(t, err)
			assert.Equal(t, l.want, got)
		})
	}
	raw := func() string { // the client always names a node
		resp, err := http.Get(api.URL + "/v2/p/instances/i/clients?offset=0")
		require.NoError(t, err)
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		return string(body)
	}
	t.Run("of no node, where there are several, is an error", func(t *testing.T) {
		assert.Contains(t, raw(), `"error_code":"DCS.3053"`)
	})
	t.Run("of no node, where there is one or none", func(t *testing.T) {
		api.Reset()
		assert.Contains(t, raw(), `"clients":[]`)
		api.SetSessions("n", nil)
		api.SetSessions("n", three())
		assert.Contains(t, raw(), `"count":3`)
	})
}

func TestNodesAreThoseThatWereSet(t *testing.T) {
	api, c := fake(t)
	nodes, err := c.Instance("p", "i").Nodes(t.Context())
	require.NoError(t, err)
	assert.Empty(t, nodes)
	api.SetSessions("n", nil)
	api.SetSessions("m", nil)
	nodes, err = c.Instance("p", "i").Nodes(t.Context())
	require.NoError(t, err)
	require.Len(t, nodes, 2)
	assert.Equal(t, []string{"n", "m"}, []string{nodes[0].ID, nodes[1].ID})
	assert.Equal(t, "Active", nodes[0].Status)
}

func TestWhatIsKilledIsTakenOff(t *testing.T) {
	api, c := fake(t)
	left := func() string {
		ids, err := list(t.Context(), c, "n", client.ListOptions{})
		require.NoError(t, err)
		return ids
	}
	api.SetSessions("n", three())
	api.SetSessions("m", three())
	kill := func(addrs ...string) error {
		_, err := c.Instance("p", "i").Kill(t.Context(), "n", client.Addrs(addrs...))
		return err
	}
	require.NoError(t, kill("192.0.2.1:1", "192.0.2.9:9"))
	assert.Equal(t, "ab", left())
	require.NoError(t, kill("192.0.2.2:2"))
	assert.Equal(t, "ab", left(), "its peer is another")
	require.NoError(t, kill("198.51.100.1:9"))
	assert.Equal(t, "b", left())
	api.FailNextOf(clienttest.HangUpClients, 1, 500, "DCS.5000", "no")
	require.Error(t, kill("192.0.2.12:3"))
	assert.Equal(t, "b", left(), "a kill that fails kills nothing")
	other, err := list(t.Context(), c, "m", client.ListOptions{})
	require.NoError(t, err)
	assert.Equal(t, "cab", other)
}
