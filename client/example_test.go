package client_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	dcssessions "github.com/dcs-sessions/dcs-sessions"
	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/dcs-sessions/dcs-sessions/validate"
)

// With validate's Transport both ways are checked against the contract, and
// what is wrong is not sent.
func ExampleNew() {
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Request-Id", "1")
		w.WriteHeader(http.StatusNoContent)
	}))
	defer service.Close()

	v, err := validate.New(dcssessions.Contract(), validate.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	c, err := client.New(service.URL, client.Options{Token: "secret", Transport: v.Transport(nil)})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	err = c.Kill(ctx, "project", "instance", "node", "10.63.238.158:2048", "10.63.238.159:3058")
	fmt.Println("killed:", err == nil)

	err = c.Kill(ctx, "project", "instance", "node", "10.63.238.158")
	for _, violation := range validate.AsViolations(err) {
		fmt.Println(violation)
	}
	// Output:
	// killed: true
	// request body at /client_addrs/0: the value does not have the declared form (pattern)
}
