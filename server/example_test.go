package server_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/dcs-sessions/dcs-sessions/fleet"
	"github.com/dcs-sessions/dcs-sessions/internal/fakeredis"
	"github.com/dcs-sessions/dcs-sessions/server"
)

// An API is an http.Handler. This one serves one node without credentials, so that
// only callers on the same machine are allowed.
func Example() {
	node, err := fakeredis.Start() // in place of a Redis or Valkey server
	if err != nil {
		log.Fatal(err)
	}
	defer node.Close()
	nodes, err := fleet.New(fleet.Options{Projects: []fleet.Project{{
		ID: "p", Instances: []fleet.Instance{{
			ID: "i", Nodes: []fleet.NodeConfig{{ID: "n", Address: node.Addr()}},
		}},
	}}})
	if err != nil {
		log.Fatal(err)
	}
	defer nodes.Close()

	api, err := server.New(server.Options{Fleet: nodes, Audit: io.Discard, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		log.Fatal(err)
	}
	defer api.Close(context.Background())
	srv := httptest.NewServer(api)
	defer srv.Close()

	resp, err := http.Post(srv.URL+"/v2/p/instances/i/clients/kill", "application/json",
		strings.NewReader(`{"node_id": "n", "client_addrs": ["10.0.0.1:1000"]}`))
	if err != nil {
		log.Fatal(err)
	}
	defer resp.Body.Close()
	fmt.Println(resp.StatusCode, resp.Header.Get("X-Kill-Outcome"))
	// Output: 204 killed=0, gone=1, replaced=0
}

// A caller with a token may only do what the token allows.
func ExampleOptions_credentials() {
	nodes, err := fleet.New(fleet.Options{Projects: []fleet.Project{{ID: "p"}}})
	if err != nil {
		log.Fatal(err)
	}
	defer nodes.Close()
	api, err := server.New(server.Options{
		Fleet: nodes,
		Audit: io.Discard,
		Log:   slog.New(slog.DiscardHandler),
		Auth: server.Auth{Tokens: []server.Token{{
			Name:     "monitoring",
			SHA256:   "1f6076e3a47ba1ded08025ffe06e57af217c14f9407f33fba50f99b1c7019387", // of "a-token"
			Projects: []string{"p"},
			Actions:  []string{server.ActionList},
		}}},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer api.Close(context.Background())

	r := httptest.NewRequest("POST", "/v2/p/instances/i/clients/kill", nil)
	r.Header.Set("X-Auth-Token", "a-token")
	w := httptest.NewRecorder()
	api.ServeHTTP(w, r)
	fmt.Println(w.Code, w.Body)
	// Output: 403 {"error_code":"DCS.2007","error_msg":"Policy does not allow dcs:clients:kill."}
}
