package main

import (
	"context"
	"net"
	"slices"

	"github.com/spf13/cobra"

	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/dcs-sessions/dcs-sessions/gen"
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
	nodes, err := a.Nodes(ctx, a.project, a.instance)
	if err != nil {
		return a.explain(err)
	}
	if a.json {
		if nodes == nil {
			nodes = []gen.NodeInfo{}
		}
		return writeJSON(std.out, nodes)
	}
	why := slices.ContainsFunc(nodes, func(n gen.NodeInfo) bool { return n.StatusReason != "" })
	var t table
	head := []string{"NODE", "NAME", "ADDRESS", "TYPE", "STATUS"}
	t.cut(1)
	if a.wide {
		head = append(head, "ROLE", "ZONE", "SHARD", "LOGICAL")
	}
	if why {
		head = append(head, "REASON")
	}
	t.add(head...)
	for _, n := range nodes {
		row := []string{
			n.NodeID, n.Name, net.JoinHostPort(n.NodeIP, n.NodePort),
			orDash(string(n.NodeType)), string(n.Status),
		}
		if a.wide {
			row = append(row, string(n.NodeRole), orDash(n.AzCode), orDash(n.GroupName), n.LogicalNodeID)
		}
		if why {
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
