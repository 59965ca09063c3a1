package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/dcs-sessions/dcs-sessions/fleet"
	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
	"github.com/dcs-sessions/dcs-sessions/server"
)

// The demo's fleet, and its sessions: three of them leak.
const (
	demoProject  = "demo-project"
	demoInstance = "demo-instance"
	demoNode     = "demo-node"
	demoLeak     = "leaky-"
)

var demoNames = []string{
	"web-1", "web-2", "web-3", "web-4", "worker-1", "worker-2", "worker-3",
	"cron", "report", "leaky-1", "leaky-2", "leaky-3",
}

func demoCommand(std stdio) *cobra.Command {
	var once bool
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Show it all on this machine: a node, its sessions, the API, a kill",
		Long: "demo starts a Redis or Valkey node (or a small one of its own, where none is\n" +
			"installed), opens a dozen sessions, serves the API for it on loopback, lists them\n" +
			"through the typed client, kills the three that leak and shows which sockets closed.\n" +
			"It then serves until Ctrl-C, so that you can list and kill more.",
		Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return demo(cmd.Context(), once, std) },
	}
	cmd.Flags().BoolVar(&once, "once", false, "end after the table; exit code 1 if what closed is not what was asked")
	envFlag(cmd.Flags(), "once", "DCS_ONCE")
	return cmd
}

func demo(ctx context.Context, once bool, std stdio) error {
	node, err := localnode.Start(ctx)
	if err != nil {
		return err
	}
	defer node.Close()
	fmt.Fprintf(std.out, "Node      %s at %s\n", node.Kind(), node.Addr())

	open, err := openSessions(node.Addr())
	defer func() {
		for _, s := range open {
			s.Close()
		}
	}()
	if err != nil {
		return err
	}
	fmt.Fprintf(std.out, "Sessions  %d, opened by this demo\n", len(open))

	api, err := startAPI(ctx, node.Addr(), std.err)
	if err != nil {
		return err
	}
	defer api.stop()
	fmt.Fprintf(std.out, "API       %s\n\n", api.endpoint)

	c, err := newClient(api.endpoint, client.Options{Credentials: client.Token(api.token)})
	if err != nil {
		return err
	}
	// from nothing to the right peers: what the API lists says which they are
	var leaky []client.Target
	for s, err := range c.List(ctx, demoProject, demoInstance, demoNode, client.ListOptions{}) {
		if err != nil {
			return err
		}
		if strings.HasPrefix(s.Name, demoLeak) {
			leaky = append(leaky, client.Session(s))
		}
	}
	if _, err := c.Kill(ctx, demoProject, demoInstance, demoNode, leaky...); err != nil {
		return err
	}
	if !showSockets(std.out, open) {
		fmt.Fprintln(std.err, "dcs-sessions: what closed is not what was asked")
		return errSilent
	}
	if once {
		return nil
	}
	showHowToGoOn(std.out, api, open)
	return watch(ctx, std.out, open, api.stopped)
}

// A demoSession is one client of the node, known to the demo by its name.
type demoSession struct {
	*localnode.Session
	name   string
	closed bool
}

func openSessions(addr string) ([]*demoSession, error) {
	var open []*demoSession
	for _, name := range demoNames {
		s, err := localnode.Dial(addr, name)
		if err != nil {
			return open, err
		}
		open = append(open, &demoSession{Session: s, name: name})
	}
	return open, nil
}

// A demoAPI is the server that the demo runs.
type demoAPI struct {
	endpoint, token string
	stopped         <-chan error // what Serve returned
	stop            func()
}

func startAPI(ctx context.Context, nodeAddr string, logTo io.Writer) (*demoAPI, error) {
	token := rand.Text()
	digest := sha256.Sum256([]byte(token))
	f, err := fleet.New([]fleet.Project{{ID: demoProject, Instances: []fleet.Instance{{
		ID: demoInstance, Nodes: []fleet.Node{{ID: demoNode, Address: nodeAddr}},
	}}}}, os.Getenv)
	if err != nil {
		return nil, err
	}
	log := slog.New(slog.NewJSONHandler(logTo, &slog.HandlerOptions{Level: slog.LevelWarn}))
	handler, err := server.New(server.Options{Fleet: f, Log: log, Audit: io.Discard, Auth: server.Auth{Tokens: []server.Token{{
		Name: "demo", SHA256: hex.EncodeToString(digest[:]), Projects: []string{demoProject},
	}}}})
	if err != nil {
		return nil, err
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	stopped := make(chan error, 1)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		stopped <- handler.Serve(ctx, ln, server.ServeOptions{})
	}()
	return &demoAPI{
		endpoint: "http://" + ln.Addr().String(), token: token, stopped: stopped,
		stop: func() {
			cancel()
			<-ended // what is under way needs its node
			f.Close()
		},
	}, nil
}

// showSockets reads every socket and tells whether exactly the victims' are
// closed.
func showSockets(out io.Writer, open []*demoSession) (asAsked bool) {
	asAsked = true
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "SESSION\tPEER\tASKED\tSOCKET")
	for _, s := range open {
		asked, socket := "-", "open"
		victim := strings.HasPrefix(s.name, demoLeak)
		if victim {
			asked = "kill"
		}
		// a socket that should be closed is waited for, the others must answer
		if s.closed = victim && s.Closed() || !victim && !s.Open(); s.closed {
			socket = "closed"
		}
		if s.closed != victim {
			asAsked = false
			socket += "  (wrong)"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", s.name, s.Addr(), asked, socket)
	}
	w.Flush()
	return asAsked
}

func showHowToGoOn(out io.Writer, api *demoAPI, open []*demoSession) {
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

`, api.endpoint, api.token, demoProject, demoInstance, os.Args[0], open[1].Addr(), demoNode, open[0].Addr())
}

// watch says which sockets close, until ctx ends.
func watch(ctx context.Context, out io.Writer, open []*demoSession, stopped <-chan error) error {
	closed := make(chan *demoSession)
	for _, s := range open {
		if s.closed {
			continue
		}
		go func() {
			for ctx.Err() == nil {
				if s.Closed() {
					select {
					case closed <- s:
					case <-ctx.Done():
					}
					return
				}
			}
		}()
	}
	for {
		select {
		case s := <-closed:
			fmt.Fprintf(out, "closed: %s (%s)\n", s.name, s.Addr())
		case <-ctx.Done():
			return nil
		case err := <-stopped:
			return err
		}
	}
}
