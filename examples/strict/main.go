// Strict serves a part of the session-management API with the server interface that
// oapi-codegen generates. The validator routes each request, checks it, and hands its
// decoded body to the generated code.
//
//	go run ./examples/strict
//	URL=localhost:8080/v2/my-project/instances/my-cache/clients/kill
//	curl -i $URL -H 'Content-Type: application/json' -d '{"node_id":"n","client_addrs":["10.0.0.1:2048"]}'
//	curl -i $URL -H 'Content-Type: application/json' -d '{"node_id":"n","client_addrs":["10.0.0.1"]}'
package main

import (
	"context"
	"encoding/json"
	"flag"
	"log"
	"net/http"
	"sync"

	dcssessions "github.com/dcs-sessions/dcs-sessions"
	"github.com/dcs-sessions/dcs-sessions/gen"
	"github.com/dcs-sessions/dcs-sessions/gen/strictserver"
	"github.com/dcs-sessions/dcs-sessions/validate"
)

func main() {
	listen := flag.String("listen", "localhost:8080", "the `address` to serve at")
	flag.Parse()
	handler, err := newHandler(&service{connected: map[string]bool{"10.0.0.1:2048": true}})
	if err != nil {
		log.Fatal(err)
	}
	log.Printf("serving at http://%s", *listen)
	log.Fatal(http.ListenAndServe(*listen, handler))
}

// newHandler returns a handler for the operations of the contract.
func newHandler(s *service) (http.Handler, error) {
	v, err := validate.New(dcssessions.Contract(), validate.Options{BodyTypes: strictserver.RequestBodies()})
	if err != nil {
		return nil, err
	}
	operations := strictserver.Operations(s, strictserver.StrictHTTPServerOptions{})
	for id := range operations {
		if id != "HangUpClients" {
			operations[id] = http.HandlerFunc(notImplemented)
		}
	}
	handler, err := v.Handler(operations)
	if err != nil {
		return nil, err
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Request-Id", "example") // the contract requires it in each response
		handler.ServeHTTP(w, r)
	}), nil
}

// A service implements one operation of the interface, on a set of addresses.
type service struct {
	strictserver.StrictServerInterface

	mu        sync.Mutex
	connected map[string]bool
}

// HangUpClients need not check the addresses: a request that violates the contract does
// not get here.
func (s *service) HangUpClients(_ context.Context, r strictserver.HangUpClientsRequestObject) (strictserver.HangUpClientsResponseObject, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, addr := range r.Body.ClientAddrs {
		delete(s.connected, addr)
	}
	return strictserver.HangUpClients204Response{}, nil
}

func notImplemented(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusInternalServerError)
	body := gen.ErrorResponse{ErrorCode: "DCS.5000", ErrorMsg: "not implemented in this example"}
	if err := json.NewEncoder(w).Encode(body); err != nil {
		log.Print(err)
	}
}
