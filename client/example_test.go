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
	"github.com/dcs-sessions/dcs-sessions/signature"
	"github.com/dcs-sessions/dcs-sessions/validate"
)

// validate's Transport checks requests and responses against the contract. It does
// not send a request that breaks it.
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
	cache := c.Instance("project", "instance")
	_, err = cache.Kill(ctx, "node", client.Addrs("10.63.238.158:2048"))
	fmt.Println("killed:", err == nil)

	_, err = cache.Kill(ctx, "node", client.Addrs("10.63.238.158"))
	for _, violation := range validate.AsViolations(err) {
		fmt.Println(violation)
	}
	// Output:
	// killed: true
	// request body at /client_addrs/0: the value does not match the pattern (pattern)
}

// Kill the sessions that are idle for an hour: those that were listed, and no other
// that has connected from the same address since. A session of a Unix socket has
// no address, and is killed by its id.
func ExampleInstance_Kill() {
	api := clienttest.New()
	defer api.Close()
	peer, socket := "10.63.238.159:3058", "/run/redis.sock:0"
	api.SetSessions("node", []client.Session{
		{ID: "7", Addr: "10.63.238.158:2048", Idle: time.Hour},
		{ID: "8", Addr: "10.63.238.160:4096", Idle: time.Second},
		{ID: "9", Addr: "100.64.0.1:3058", Peer: peer, Idle: 2 * time.Hour},
		{ID: "10", Addr: socket, Peer: socket, Idle: 90 * time.Minute},
	})

	c, err := client.New(api.URL, client.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	cache := c.Instance("project", "instance")
	var idle []client.Target
	for session, err := range cache.List(ctx, "node", client.ListOptions{Sort: "idle", Desc: true}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		if session.Idle >= time.Hour {
			idle = append(idle, session.Target())
		}
	}
	if len(idle) == 0 {
		return
	}
	outcome, err := cache.Kill(ctx, "node", idle)
	for i, result := range outcome.Results {
		fmt.Println(idle[i], result)
	}
	switch {
	case errors.Is(err, client.ErrReplaced):
		fmt.Println("list again:", err)
	case err != nil:
		fmt.Println(err)
	}
	// Output:
	// 10.63.238.158:2048 killed
	// 10.63.238.159:3058 killed
	// id 10 killed
}

// Kill all sessions of all nodes, and wait for the job, which counts them.
func ExampleInstance_KillAll() {
	api := clienttest.New()
	defer api.Close()
	api.SetSessions("node-1", []client.Session{{ID: "7"}, {ID: "8"}})
	api.SetSessions("node-2", []client.Session{{ID: "7"}})

	c, err := client.New(api.URL, client.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cache := c.Instance("project", "instance")
	id, err := cache.KillAll(ctx, client.AllNodes)
	if err != nil {
		fmt.Println(err)
		return
	}
	job, err := cache.WaitJob(ctx, id, func(job client.Job) { fmt.Println(job.ID, job.Status) })
	var failed *client.JobError
	switch {
	case errors.As(err, &failed):
		fmt.Println("not all are killed:", failed)
	case err != nil:
		fmt.Println("the job's state is not known:", err)
	case job.Counts != nil: // the real service does not count
		fmt.Println(job.Counts.Killed, "of", job.Counts.Total, "are killed")
	}
	// Output:
	// job-1 SUCCESS
	// 3 of 3 are killed
}

// An *Error has what the server says. errors.Is matches what a program may do
// something about.
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
	_, err = c.Instance("project", "instance").Kill(context.Background(), "node", client.Addrs("10.63.238.158:2048"))
	var failed *client.Error
	if errors.As(err, &failed) {
		fmt.Println(failed.Status, failed.Code, failed.RequestID)
		fmt.Println("other credentials:", errors.Is(err, client.ErrUnauthorized))
		fmt.Println("later:", failed.Retryable())
	}
	// Output:
	// 401 APIGW.0301 request-1
	// other credentials: true
	// later: false
}

// Take the credentials of the environment, from the variables of this client or of
// the service's official SDKs. Here getenv stands for os.Getenv.
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

// Fetch temporary keys when they are needed: here once an hour.
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
		_, err := c.Instance("project", "instance").Kill(context.Background(), "node", client.Addrs("10.63.238.158:2048"))
		fmt.Println(err)
	}
	// Output:
	// fetched
	// <nil>
	// <nil>
	// <nil>
}

// traced stands for otelhttp.NewTransport of OpenTelemetry's contrib module, which
// has this form. It sees each attempt, and may add headers.
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
func ExampleOptions_openTelemetry() {
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
	_, err = c.Instance("project", "instance").Kill(context.Background(), "node", client.Addrs("10.63.238.158:2048"))
	fmt.Println("killed:", err == nil)
	// Output:
	// span: POST 503
	// span: POST 204
	// killed: true
}

// Options.Trace gets each attempt, for a metric or a span.
func ExampleOptions_trace() {
	api := clienttest.New()
	defer api.Close()
	api.FailNext(1, 503, "DCS.5024", "The node is busy.")

	c, err := client.New(api.URL, client.Options{
		Trace: func(_ context.Context, a client.Attempt) {
			fmt.Println(a.Operation, a.Number, a.Status, a.RequestID)
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = c.Instance("project", "instance").Kill(context.Background(), "node", client.Addrs("10.63.238.158:2048"))
	fmt.Println("killed:", err == nil)
	// Output:
	// HangUpClients 1 503 request-1
	// HangUpClients 2 204 request-2
	// killed: true
}

// One call may have a shorter timeout, no second attempt, and a request id for the
// server's log.
func ExampleCallOption() {
	api := clienttest.New()
	defer api.Close()
	api.FailNext(1, 503, "DCS.5024", "The node is busy.")

	c, err := client.New(api.URL, client.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = c.Instance("project", "instance").Nodes(context.Background(),
		client.WithTimeout(2*time.Second),
		client.WithRetry(client.Retry{Attempts: 1}),
		client.WithHeader("X-Request-Id", "cleanup-42"))
	fmt.Println(errors.Is(err, client.ErrUnavailable), err)
	// Output:
	// true 503 DCS.5024: The node is busy. [request request-1]
}

// List the nodes, and have each one read before its sessions are listed.
func ExampleInstance_Scan() {
	api := clienttest.New()
	defer api.Close()
	api.SetSessions("node-1", []client.Session{{ID: "7", Addr: "10.63.238.158:2048"}})

	c, err := client.New(api.URL, client.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	cache := c.Instance("project", "instance")
	nodes, err := cache.Nodes(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, node := range nodes {
		job, err := cache.Scan(ctx, node.ID)
		if err == nil {
			_, err = cache.WaitJob(ctx, job, nil)
		}
		if err != nil {
			fmt.Println(err)
			return
		}
		for session, err := range cache.List(ctx, node.ID, client.ListOptions{Scanned: true}) {
			fmt.Println(node.ID, session.ID, session.AddrPort().Addr(), err)
		}
	}
	// Output:
	// node-1 7 10.63.238.158 <nil>
}
