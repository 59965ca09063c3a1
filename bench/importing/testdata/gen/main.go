// Gen kills sessions with the generated client, unsigned.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"

	"github.com/dcs-sessions/dcs-sessions/gen"
	"github.com/dcs-sessions/dcs-sessions/gen/typedclient"
)

func main() {
	if err := kill(os.Args[1], os.Args[2], os.Args[3], os.Args[4], os.Args[5:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func kill(endpoint, project, instance, node string, addrs []string) error {
	c, err := typedclient.NewClient(endpoint)
	if err != nil {
		return err
	}
	body := gen.HangUpClientsRequest{NodeID: node, ClientAddrs: addrs}
	resp, err := c.HangUpClients(context.Background(), project, instance, body)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusNoContent {
		return fmt.Errorf("status %d", resp.StatusCode)
	}
	return nil
}
