package clienttest_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/dcs-sessions/dcs-sessions/client/clienttest"
)

func Example() {
	api := clienttest.New()
	defer api.Close()
	c, err := client.New(api.URL, client.Options{Credentials: client.Token("secret")})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()

	api.FailNext(1, 503, "DCS.5024", "The node is busy.")
	_, err = c.Instance("project", "instance").Kill(ctx, "node", client.Addrs("10.63.238.158:2048"))
	for _, kill := range api.Kills() {
		fmt.Println(kill.Status, kill.Node, kill.Addrs, kill.Header.Get("X-Auth-Token"))
	}
	fmt.Println("killed:", err == nil)

	api.Fail(404, "DCS.3022", "This DCS instance does not exist.")
	_, err = c.Instance("project", "instance").Kill(ctx, "node", client.Addrs("10.63.238.158:2048"))
	if errors.Is(err, client.ErrNotFound) {
		fmt.Println(err)
	}
	// Output:
	// 503 node [10.63.238.158:2048] ***
	// 204 node [10.63.238.158:2048] ***
	// killed: true
	// 404 DCS.3022: This DCS instance does not exist. [request request-3]
}

// Code that lists, chooses and kills finds what was set, and nothing of it
// after.
func ExampleServer_SetSessions() {
	api := clienttest.New()
	defer api.Close()
	api.SetSessions("node", []client.Session{
		{ID: "7", Addr: "192.0.2.1:50312", Idle: time.Hour},
		{ID: "8", Addr: "192.0.2.2:50313", Idle: time.Second},
	})
	c, err := client.New(api.URL, client.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	for range 2 {
		for session, err := range c.Instance("project", "instance").List(ctx, "node", client.ListOptions{}) {
			fmt.Println(session.ID, session.Idle, err)
		}
		outcome, err := c.Instance("project", "instance").Kill(ctx, "node", []client.Target{client.Addr("192.0.2.1:50312")})
		fmt.Println(outcome.Results, err)
	}
	// Output:
	// 7 1h0m0s <nil>
	// 8 1s <nil>
	// [killed] <nil>
	// 8 1s <nil>
	// [gone] <nil>
}

// A job succeeds at once, unless NextJob plans another course.
func ExampleServer_NextJob() {
	api := clienttest.New()
	defer api.Close()
	reason := "The node is down."
	api.NextJob(client.Job{Status: client.JobRunning}, client.Job{Status: client.JobFail, FailReason: reason})
	c, err := client.New(api.URL, client.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	job, err := c.Instance("project", "instance").KillAll(ctx, "node")
	fmt.Println(job, err)
	_, err = c.Instance("project", "").WaitJob(ctx, job, func(j client.Job) { fmt.Println(j.Status) })
	fmt.Println(err)
	// Output:
	// job-1 <nil>
	// RUNNING
	// FAIL
	// the job job-1 failed: The node is down.
}
