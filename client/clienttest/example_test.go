package clienttest_test

import (
	"context"
	"errors"
	"fmt"

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
	err = c.Kill(ctx, "project", "instance", "node", "10.63.238.158:2048")
	for _, kill := range api.Kills() {
		fmt.Println(kill.Status, kill.Node, kill.Addrs, kill.Header.Get("X-Auth-Token"))
	}
	fmt.Println("killed:", err == nil)

	api.Fail(404, "DCS.3022", "This DCS instance does not exist.")
	err = c.Kill(ctx, "project", "instance", "node", "10.63.238.158:2048")
	var answer *client.Error
	if errors.As(err, &answer) && answer.NotFound() {
		fmt.Println(answer)
	}
	// Output:
	// 503 node [10.63.238.158:2048] ***
	// 204 node [10.63.238.158:2048] ***
	// killed: true
	// 404 DCS.3022: This DCS instance does not exist. [request request-3]
}
