package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	dcssessions "github.com/dcs-sessions/dcs-sessions"
	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/dcs-sessions/dcs-sessions/client/clienttest"
	"github.com/dcs-sessions/dcs-sessions/gen"
	"github.com/dcs-sessions/dcs-sessions/signature"
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
	c, err := client.New(service.URL, client.Options{Credentials: client.Token("secret"), Transport: v.Transport(nil)})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	_, err = c.Kill(ctx, "project", "instance", "node", client.Addr("10.63.238.158:2048"))
	fmt.Println("killed:", err == nil)

	_, err = c.Kill(ctx, "project", "instance", "node", client.Addr("10.63.238.158"))
	for _, violation := range validate.AsViolations(err) {
		fmt.Println(violation)
	}
	// Output:
	// killed: true
	// request body at /client_addrs/0: the value does not match the pattern (pattern)
}

// The sessions that are idle for an hour are killed: those that were listed, and
// no other that has come to an address since. One of a Unix socket has no address
// to be killed by, and is killed by its id.
func ExampleClient_Kill() {
	api := clienttest.New()
	defer api.Close()
	peer, socket := "10.63.238.159:3058", "/run/redis.sock:0"
	api.SetSessions("node", []gen.ClientInfo{
		{ID: "7", Addr: "10.63.238.158:2048", Idle: 3600},
		{ID: "8", Addr: "10.63.238.160:4096", Idle: 1},
		{ID: "9", Addr: "100.64.0.1:3058", Peer: peer, Idle: 7200},
		{ID: "10", Addr: socket, Peer: socket, Idle: 5400},
	})

	c, err := client.New(api.URL, client.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	var idle []client.Target
	for session, err := range c.List(ctx, "project", "instance", "node", client.ListOptions{Sort: "idle", Desc: true}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		if session.Idle >= 3600 {
			idle = append(idle, client.Session(session))
		}
	}
	if len(idle) == 0 {
		return
	}
	outcome, err := c.Kill(ctx, "project", "instance", "node", idle...)
	for i, result := range outcome.Results {
		fmt.Println(idle[i], result)
	}
	var answer *client.Error
	if errors.As(err, &answer) && answer.Replaced() {
		fmt.Println("list again:", answer.Details)
	} else if err != nil {
		fmt.Println(err)
	}
	// Output:
	// 10.63.238.158:2048 killed
	// 10.63.238.159:3058 killed
	// id 10 killed
}

// All sessions of all nodes are killed; the job tells how many. KillAll is of one
// node.
func ExampleClient_KillAllNodes() {
	api := clienttest.New()
	defer api.Close()
	api.SetSessions("node-1", []gen.ClientInfo{{ID: "7"}, {ID: "8"}})
	api.SetSessions("node-2", []gen.ClientInfo{{ID: "7"}})

	c, err := client.New(api.URL, client.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	id, err := c.KillAllNodes(ctx, "project", "instance")
	if err != nil {
		fmt.Println(err)
		return
	}
	job, err := c.WaitJob(ctx, "project", id, func(job gen.Job) { fmt.Println(job.JobID, job.Status) })
	var failed *client.JobError
	switch {
	case errors.As(err, &failed):
		fmt.Println("not all are killed:", failed)
	case err != nil:
		fmt.Println("what became of it is not known:", err)
	case job.Counts != nil: // the real service does not count
		fmt.Println(job.Counts.Killed, "of", job.Counts.Total, "are killed")
	}
	// Output:
	// job-1 SUCCESS
	// 3 of 3 are killed
}

// The project, the instance and the node may be unknown, the credentials wrong,
// or the server busy: an *Error tells.
func ExampleError() {
	api := clienttest.New()
	defer api.Close()
	api.Fail(401, "APIGW.0301", "Incorrect IAM authentication information.")

	c, err := client.New(api.URL, client.Options{
		Credentials: client.AccessKey(signature.Key{AccessKeyID: "AK", SecretKey: "secret"}),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = c.Kill(context.Background(), "project", "instance", "node", client.Addr("10.63.238.158:2048"))
	var answer *client.Error
	if errors.As(err, &answer) {
		fmt.Println(answer.Status, answer.Code, answer.RequestID)
		fmt.Println("other credentials:", answer.Unauthorized())
		fmt.Println("later:", answer.Retryable())
	}
	// Output:
	// 401 APIGW.0301 request-1
	// other credentials: true
	// later: false
}

// The credentials of the environment, be they for this client or for the
// service's official SDKs. Here getenv stands for os.Getenv.
func ExampleFromEnv() {
	environment := map[string]string{
		"HUAWEICLOUD_SDK_AK":         "AK",
		"HUAWEICLOUD_SDK_SK":         "secret",
		"HUAWEICLOUD_SDK_PROJECT_ID": "project",
	}
	getenv := func(name string) string { return environment[name] }

	credentials, project, err := client.FromEnv(getenv)
	fmt.Println(credentials, project, err)

	delete(environment, "HUAWEICLOUD_SDK_SK")
	_, _, err = client.FromEnv(getenv)
	fmt.Println(err)
	// Output:
	// client.Credentials project <nil>
	// client: HUAWEICLOUD_SDK_SK is not set, but others of the key are
}

// Temporary keys are fetched when they are needed: once an hour here.
func ExampleRefreshing() {
	api := clienttest.New()
	defer api.Close()
	fetch := func(context.Context) (client.Credentials, time.Time, error) {
		fmt.Println("fetched")
		key := signature.Key{AccessKeyID: "AK", SecretKey: "secret", SecurityToken: "token"}
		return client.AccessKey(key), time.Now().Add(time.Hour), nil
	}
	c, err := client.New(api.URL, client.Options{Credentials: client.Refreshing(fetch)})
	if err != nil {
		fmt.Println(err)
		return
	}
	for range 3 {
		_, err := c.Kill(context.Background(), "project", "instance", "node", client.Addr("10.63.238.158:2048"))
		fmt.Println(err)
	}
	// Output:
	// fetched
	// <nil>
	// <nil>
	// <nil>
}

// traced stands for otelhttp.NewTransport of OpenTelemetry's contrib module,
// which has this form: it sees each attempt, and may add headers of its own.
func traced(next http.RoundTripper) http.RoundTripper {
	return roundTripperFunc(func(r *http.Request) (*http.Response, error) {
		r = r.Clone(r.Context())
		r.Header.Set("Traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
		resp, err := next.RoundTrip(r)
		if err == nil {
			fmt.Println("span:", r.Method, resp.StatusCode)
		}
		return resp, err
	})
}

type roundTripperFunc func(*http.Request) (*http.Response, error)

func (f roundTripperFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// OpenTelemetry needs no more than Options.Transport.
func ExampleOptions_tracing() {
	api := clienttest.New()
	defer api.Close()
	api.FailNext(1, 503, "DCS.5024", "The node is busy.")

	c, err := client.New(api.URL, client.Options{
		Transport: traced(http.DefaultTransport), // otelhttp.NewTransport(http.DefaultTransport)
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = c.Kill(context.Background(), "project", "instance", "node", client.Addr("10.63.238.158:2048"))
	fmt.Println("killed:", err == nil)
	// Output:
	// span: POST 503
	// span: POST 204
	// killed: true
}
