// Package demo shows dcs-sessions at work on this machine: a node, its sessions,
// the API, and a kill.
//
//	err := demo.Run(ctx, demo.Options{Out: os.Stdout, Log: os.Stderr, Once: true})
//
// It is no test of a server of yours: the node, its sessions and the API's token
// are made for the demo and end with it.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	dcssessions "github.com/dcs-sessions/dcs-sessions"
	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
	"github.com/dcs-sessions/dcs-sessions/validate"
)

// The node that the API serves.
const (
	projectID  = "demo-project"
	instanceID = "demo-instance"
	nodeID     = "demo-node"
)

// Options says how the demo runs.
type Options struct {
	Out io.Writer // the table and the commands to paste; required
	Log io.Writer // the API's warnings and errors as JSON; required

	// Program is the program's name in the commands to paste.
	Program string

	// Once ends the demo after the table.
	Once bool
}

// ErrUnexpected is returned if the sockets that closed are not exactly those
// that the demo killed.
var ErrUnexpected = errors.New("what closed is not what was asked")

// Run starts a node, opens sessions, serves the API on loopback, kills the
// sessions that leak through the client, and prints which sockets closed. Unless
// Options.Once is set, it then serves until ctx ends.
func Run(ctx context.Context, o Options) error {
	node, err := localnode.Start(ctx)
	if err != nil {
		return err
	}
	defer node.Close()
	fmt.Fprintf(o.Out, "Node      %s at %s\n", node.Kind(), node.Addr())

	opened, err := openSessions(node.Addr())
	defer closeSessions(opened)
	if err != nil {
		return err
	}
	fmt.Fprintf(o.Out, "Sessions  %d, opened by this demo\n", len(opened))

	api, err := startAPI(ctx, node.Addr(), o.Log)
	if err != nil {
		return err
	}
	defer api.stop()
	fmt.Fprintf(o.Out, "API       %s\n\n", api.endpoint)

	if err := killLeaky(ctx, api); err != nil {
		return err
	}
	if !printSockets(o.Out, opened) {
		return ErrUnexpected
	}
	if o.Once {
		return nil
	}
	printCommands(o.Out, o.Program, api, opened)
	return watch(ctx, o.Out, opened, api.stopped)
}

// killLeaky lists the sessions through a client that validates, and kills those
// whose name says that they leak.
func killLeaky(ctx context.Context, api *demoAPI) error {
	v, err := validate.New(dcssessions.Contract(), validate.Options{BasePath: "/"})
	if err != nil {
		return err
	}
	c, err := client.New(api.endpoint, client.Options{Credentials: client.Token(api.token), Transport: v.Transport(nil)})
	if err != nil {
		return err
	}
	var leaky []client.Target
	for s, err := range c.Instance(projectID, instanceID).List(ctx, nodeID, client.ListOptions{}) {
		if err != nil {
			return err
		}
		if strings.HasPrefix(s.Name, leakyPrefix) {
			leaky = append(leaky, s.Target())
		}
	}
	_, err = c.Instance(projectID, instanceID).Kill(ctx, nodeID, leaky)
	return err
}

// printCommands prints commands that find and kill more sessions.
func printCommands(out io.Writer, program string, api *demoAPI, opened []*session) {
	fmt.Fprintf(out, `
It serves until Ctrl-C. In another terminal, find and kill more:

export DCS_ENDPOINT=%[1]s DCS_TOKEN=%[2]s
export DCS_PROJECT_ID=%[3]s DCS_INSTANCE_ID=%[4]s
%[5]s nodes
%[5]s list --sort age --desc
%[5]s kill --filter 'name=worker-*' --dry-run
%[5]s kill --filter 'name=worker-*' --yes
%[5]s kill %[6]s
curl -i -H "X-Auth-Token: $DCS_TOKEN" -H 'Content-Type: application/json' \
  -d '{"node_id":"%[7]s","client_addrs":["%[8]s"]}' \
  $DCS_ENDPOINT/v2/%[3]s/instances/%[4]s/clients/kill

`, api.endpoint, api.token, projectID, instanceID, program, opened[1].Addr(), nodeID, opened[0].Addr())
}
