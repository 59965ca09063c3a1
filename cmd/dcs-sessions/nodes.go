package main

import (
	"context"
	"net"
	"slices"

	"github.com/spf13/cobra"

	"github.com/dcs-sessions/dcs-sessions/client"
)

func nodesCommand(getenv func(string) string, std stdio) *cobra.Command {
	f := apiFlags{getenv: getenv}
	cmd := newCommand("nodes")
	cmd.Args = exactArgs()
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		a, err := f.open(std, client.Options{})
		if err != nil {
			return err
		}
		return showNodes(cmd.Context(), a, std)
	}
	f.add(cmd.Flags())
	complete(cmd, &f)
	return cmd
}

func showNodes(ctx context.Context, a *api, std stdio) error {
	nodes, err := a.Nodes(ctx)
	if err != nil {
		return a.explain(err)
	}
	if a.json {
		if nodes == nil {
			nodes = []client.Node{}
		}
		return writeJSON(std.out, nodes)
	}
	hasReason := slices.ContainsFunc(nodes, func(n client.Node) bool { return n.StatusReason != "" })
	var t table
	head := []string{"NODE", "NAME", "ADDRESS", "TYPE", "STATUS"}
	t.cut(1)
	if a.wide {
		head = append(head, "ROLE", "ZONE", "SHARD", "LOGICAL")
	}
	if hasReason {
		head = append(head, "REASON")
	}
	t.add(head...)
	for _, n := range nodes {
		row := []string{
			n.ID, n.Name, net.JoinHostPort(n.Host, n.Port),
			orDash(n.Type), n.Status,
		}
		if a.wide {
			row = append(row, n.Role, orDash(n.Zone), orDash(n.ShardName), n.LogicalID)
		}
		if hasReason {
			row = append(row, orDash(n.StatusReason))
		}
		t.add(row...)
	}
	return t.write(std.out, std.width())
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}
