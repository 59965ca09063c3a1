package client_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/dcs-sessions/dcs-sessions/fleet"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
	"github.com/dcs-sessions/dcs-sessions/server"
)

// startServer serves one real node, and returns the API's URL.
func startServer(t *testing.T, node string) string {
	t.Helper()
	nodes, err := fleet.New(fleet.Options{Projects: []fleet.Project{{
		ID: "p", Instances: []fleet.Instance{{ID: "i", Nodes: []fleet.NodeConfig{{ID: "n", Address: node}}}},
	}}})
	require.NoError(t, err)
	t.Cleanup(func() { nodes.Close() })
	digest := sha256.Sum256([]byte(token))
	api, err := server.New(server.Options{
		Fleet: nodes, Audit: io.Discard, Log: slog.New(slog.DiscardHandler),
		Auth: server.Auth{Tokens: []server.Token{{Name: "ops", SHA256: hex.EncodeToString(digest[:]), Projects: []string{"p"}}}},
	})
	require.NoError(t, err)
	t.Cleanup(func() { _ = api.Close(context.Background()) })
	srv := httptest.NewServer(api)
	t.Cleanup(srv.Close)
	return srv.URL
}

// The targets of errors.Is match what the server of this project answers.
func TestTheServersErrorsMatchTheTargets(t *testing.T) {
	node := redistest.Start(t)
	link := redistest.Dial(t, node.Addr(), "sentinel-1-cmd") // as a Sentinel names its link
	url := startServer(t, node.Addr())
	for name, c := range map[string]struct {
		token, project, instance, node, addr string
		want                                 error
	}{
		"a protected session": {token, "p", "i", "n", link.Addr(), client.ErrProtected},
		"an unknown instance": {token, "p", "none", "n", link.Addr(), client.ErrNotFound},
		"an unknown node":     {token, "p", "i", "none", link.Addr(), client.ErrNotFound},
		"an unknown token":    {"none", "p", "i", "n", link.Addr(), client.ErrUnauthorized},
		"another project":     {token, "q", "i", "n", link.Addr(), client.ErrForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api, err := client.New(url, client.Options{Credentials: client.Token(c.token)})
			require.NoError(t, err)
			_, err = api.Instance(c.project, c.instance).Kill(t.Context(), c.node, client.Addrs(c.addr))
			for _, target := range []error{client.ErrProtected, client.ErrReplaced, client.ErrNotFound, client.ErrUnauthorized, client.ErrForbidden, client.ErrBusy} {
				assert.Equal(t, target == c.want, errors.Is(err, target), "%v of %v", target, err)
			}
		})
	}
	assert.True(t, link.Open())
}
