// Bare kills sessions with net/http alone, unsigned.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
)

func main() {
	if err := kill(os.Args[1], os.Args[2], os.Args[3], os.Args[4], os.Args[5:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func kill(endpoint, project, instance, node string, addrs []string) error {
	body, err := json.Marshal(map[string]any{"node_id": node, "client_addrs": addrs})
	if err != nil {
		return err
	}
	url := endpoint + "/v2/" + project + "/instances/" + instance + "/clients/kill"
	resp, err := http.Post(url, "application/json", bytes.NewReader(body))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusNoContent {
		return fmt.Errorf("status %d", resp.StatusCode)
	}
	return nil
}
