// Client kills the sessions of the given addresses with the typed client. The validator's
// transport checks each request before it is sent, and each response before the client
// reads it.
//
//	DCS_TOKEN=... go run ./examples/client -project my-project -instance my-cache -node node-1 10.0.0.1:2048
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"os"

	dcssessions "github.com/dcs-sessions/dcs-sessions"
	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/dcs-sessions/dcs-sessions/validate"
)

func main() {
	endpoint := flag.String("endpoint", "http://localhost:8080", "the `URL` of the API")
	project := flag.String("project", "", "the project's `ID`")
	instance := flag.String("instance", "", "the instance's `ID`")
	node := flag.String("node", "", "the node's `ID`")
	flag.Parse()
	c, err := newClient(*endpoint)
	if err != nil {
		log.Fatal(err)
	}
	err = kill(context.Background(), os.Stdout, c, *project, *instance, *node, flag.Args())
	for _, violation := range validate.AsViolations(err) {
		log.Print(violation)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// newClient returns a client whose messages are checked in both directions.
func newClient(endpoint string) (*client.Client, error) {
	v, err := validate.New(dcssessions.Contract(), validate.Options{})
	if err != nil {
		return nil, err
	}
	return client.New(endpoint, client.Options{
		Credentials: client.Token(os.Getenv("DCS_TOKEN")),
		Transport:   v.Transport(nil),
	})
}

// kill writes what became of each session.
func kill(ctx context.Context, w io.Writer, c *client.Client, project, instance, node string, addrs []string) error {
	outcome, err := c.Instance(project, instance).Kill(ctx, node, client.Addrs(addrs...))
	if err != nil {
		return err
	}
	for i, result := range outcome.Results {
		fmt.Fprintln(w, addrs[i], result)
	}
	return nil
}
