package bench

import (
	"context"
	"io"
	"log/slog"
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/fleet"
	"github.com/dcs-sessions/dcs-sessions/server"
)

// nodeID is the id of the only node of serveAPI.
const nodeID = "8f7ee181-88e2-49b7-a4bf-81f18f93a135"

// serveAPI serves the API on loopback, for the node at addr, until the test
// ends. It discards its log.
func serveAPI(tb testing.TB, addr string, o server.Options) (endpoint string) {
	f, err := fleet.New(fleet.Options{Projects: []fleet.Project{{ID: project, Instances: []fleet.Instance{
		{ID: instance, Nodes: []fleet.NodeConfig{{ID: nodeID, Address: addr}}},
	}}}})
	require.NoError(tb, err)
	log := slog.New(slog.NewJSONHandler(io.Discard, nil))
	o.Fleet, o.Log = f, log
	api, err := server.New(o)
	require.NoError(tb, err)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(tb, err)

	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- api.Serve(ctx, ln, server.ServeOptions{}) }()
	tb.Cleanup(func() {
		stop()
		assert.NoError(tb, <-served)
		f.Close()
	})
	return "http://" + ln.Addr().String()
}
