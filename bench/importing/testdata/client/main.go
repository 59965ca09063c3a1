// Client kills sessions with this project's client, signed.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/dcs-sessions/dcs-sessions/signature"
)

func main() {
	if err := kill(os.Args[1], os.Args[2], os.Args[3], os.Args[4], os.Args[5:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func kill(endpoint, project, instance, node string, addrs []string) error {
	key := signature.Key{AccessKeyID: os.Getenv("DCS_ACCESS_KEY"), SecretKey: os.Getenv("DCS_SECRET_KEY")}
	c, err := client.New(endpoint, client.Options{Credentials: client.AccessKey(key)})
	if err != nil {
		return err
	}
	_, err = c.Instance(project, instance).Kill(context.Background(), node, client.Addrs(addrs...))
	return err
}
