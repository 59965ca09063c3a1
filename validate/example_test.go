package validate_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"

	"github.com/go-chi/chi/v5"

	dcssessions "github.com/dcs-sessions/dcs-sessions"
	"github.com/dcs-sessions/dcs-sessions/gen/strictserver"
	"github.com/dcs-sessions/dcs-sessions/validate"
)

const badKill = `{"node_id":"n","client_addrs":["10.0.0.1"]}`

// Around a net/http server: a bad request does not reach the handler.
func ExampleValidator_Middleware() {
	v, err := validate.New(dcssessions.Contract(), validate.Options{})
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v2/{project_id}/instances/{instance_id}/clients/kill", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Println("never called")
		w.WriteHeader(http.StatusNoContent)
	})
	srv := httptest.NewServer(v.Middleware(mux))
	defer srv.Close()

	resp, err := http.Post(srv.URL+"/v2/p/instances/i/clients/kill", "application/json", strings.NewReader(badKill))
	if err != nil {
		log.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	fmt.Println(resp.StatusCode, string(body))
	// Output: 400 {"title":"Bad Request","status":400,"detail":"the request violates the contract: the value does not match the pattern","violations":[{"in":"body","pointer":"/client_addrs/0","rule":"pattern","detail":"the value does not match the pattern"}]}
}

// A server that oapi-codegen generated: routed by the contract, its bodies bound
// while they are checked.
func ExampleValidator_Handler() {
	v, err := validate.New(dcssessions.Contract(), validate.Options{BodyTypes: strictserver.RequestBodies()})
	if err != nil {
		log.Fatal(err)
	}
	h, err := v.Handler(strictserver.Operations(killer{}, strictserver.StrictHTTPServerOptions{}))
	if err != nil {
		log.Fatal(err)
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Request-Id", "r") // the contract requires it in each response
		h.ServeHTTP(w, r)
	}))
	defer srv.Close()

	resp, err := http.Post(srv.URL+"/v2/p/instances/i/clients/kill", "application/json",
		strings.NewReader(`{"node_id":"n","client_addrs":["10.0.0.1:2048"]}`))
	if err != nil {
		log.Fatal(err)
	}
	defer resp.Body.Close()
	fmt.Println(resp.StatusCode)
	// Output:
	// p i n [10.0.0.1:2048]
	// 204
}

// killer is a strictserver.StrictServerInterface.
type killer struct {
	strictserver.StrictServerInterface
}

func (killer) HangUpClients(_ context.Context, r strictserver.HangUpClientsRequestObject) (strictserver.HangUpClientsResponseObject, error) {
	fmt.Println(r.ProjectID, r.InstanceID, r.Body.NodeID, r.Body.ClientAddrs)
	return strictserver.HangUpClients204Response{}, nil
}

// Around a chi server, as any other middleware.
func ExampleValidator_Middleware_chi() {
	v, err := validate.New(dcssessions.Contract(), validate.Options{
		Refuse: func(w http.ResponseWriter, _ *http.Request, vs validate.Violations) {
			http.Error(w, vs.Error(), vs[0].Status)
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	r := chi.NewRouter()
	r.Use(v.Middleware)
	r.Post("/v2/{project_id}/instances/{instance_id}/clients/kill", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusNoContent) // without the X-Request-Id that the contract wants
	})
	srv := httptest.NewServer(r)
	defer srv.Close()

	resp, err := http.Post(srv.URL+"/v2/p/instances/i/clients/kill", "application/json",
		strings.NewReader(`{"node_id":"n","client_addrs":["10.0.0.1:2048"]}`))
	if err != nil {
		log.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	fmt.Print(resp.StatusCode, " ", string(body))
	// Output: 500 response header at /X-Request-Id: a value is required (required)
}

// Under a client: a bad request is not sent.
func ExampleValidator_Transport() {
	v, err := validate.New(dcssessions.Contract(), validate.Options{})
	if err != nil {
		log.Fatal(err)
	}
	client := http.Client{Transport: v.Transport(nil)}
	_, err = client.Post("http://dcs.example.com/v2/p/instances/i/clients/kill", "application/json", strings.NewReader(badKill))
	for _, violation := range validate.AsViolations(err) {
		fmt.Println(violation)
	}
	// Output: request body at /client_addrs/0: the value does not match the pattern (pattern)
}

// In a reverse proxy: what its upstream answers is checked too.
func ExampleValidator_ErrorHandler() {
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, "200 is not 204")
	}))
	defer upstream.Close()
	target, _ := url.Parse(upstream.URL)

	v, err := validate.New(dcssessions.Contract(), validate.Options{})
	if err != nil {
		log.Fatal(err)
	}
	proxy := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(p *httputil.ProxyRequest) {
			p.Out.URL.Scheme, p.Out.URL.Host = target.Scheme, target.Host
			p.Out.URL.RawQuery = p.In.URL.RawQuery
		},
		Transport:    v.Transport(nil),
		ErrorHandler: v.ErrorHandler,
	})
	defer proxy.Close()

	resp, err := http.Post(proxy.URL+"/v2/p/instances/i/clients/kill", "application/json",
		strings.NewReader(`{"node_id":"n","client_addrs":["10.0.0.1:2048"]}`))
	if err != nil {
		log.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	fmt.Println(resp.StatusCode, string(body))
	// Output: 502 {"title":"Bad Gateway","status":502,"detail":"the response violates the contract: the status is not declared","violations":[{"in":"status","rule":"status","detail":"the status is not declared"}]}
}
