package demo

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"log/slog"
	"net"

	"github.com/dcs-sessions/dcs-sessions/fleet"
	"github.com/dcs-sessions/dcs-sessions/server"
)

// A demoAPI is the server that the demo runs.
type demoAPI struct {
	endpoint, token string
	stopped         <-chan error // receives what Serve returned
	stop            func()
}

func startAPI(ctx context.Context, nodeAddr string, logTo io.Writer) (*demoAPI, error) {
	token := rand.Text()
	digest := sha256.Sum256([]byte(token))
	f, err := fleet.New(fleet.Options{Projects: []fleet.Project{{ID: projectID, Instances: []fleet.Instance{{
		ID: instanceID, Nodes: []fleet.NodeConfig{{ID: nodeID, Address: nodeAddr}},
	}}}}})
	if err != nil {
		return nil, err
	}
	log := slog.New(slog.NewJSONHandler(logTo, &slog.HandlerOptions{Level: slog.LevelWarn}))
	handler, err := server.New(server.Options{Fleet: f, Log: log, Audit: io.Discard, Auth: server.Auth{Tokens: []server.Token{{
		Name: "demo", SHA256: hex.EncodeToString(digest[:]), Projects: []string{projectID},
	}}}})
	if err != nil {
		return nil, err
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	stopped := make(chan error, 1)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		stopped <- handler.Serve(ctx, ln, server.ServeOptions{})
	}()
	return &demoAPI{
		endpoint: "http://" + ln.Addr().String(), token: token, stopped: stopped,
		stop: func() {
			cancel()
			<-ended // requests in progress still need the fleet
			f.Close()
		},
	}, nil
}
