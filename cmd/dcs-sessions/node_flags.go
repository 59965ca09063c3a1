package main

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dcs-sessions/dcs-sessions/client"
)

// nodeFlags select the nodes of a command.
type nodeFlags struct {
	node string
	all  bool

	cmd *cobra.Command
}

func (f *nodeFlags) add(cmd *cobra.Command, defaultNode string) {
	f.cmd = cmd
	cmd.Flags().StringVar(&f.node, "node", "", "node `ID` (default: "+defaultNode+")")
	cmd.Flags().BoolVar(&f.all, "all-nodes", false, "all nodes, even if $DCS_NODE_ID is set")
	envFlag(cmd.Flags(), "node", "DCS_NODE_ID")
}

func (f *nodeFlags) check() error {
	if f.all && f.cmd.Flags().Changed("node") {
		return usagef("--node and --all-nodes exclude each other")
	}
	if f.node != "" && !f.all {
		return checkID("node", f.node)
	}
	return nil
}

// nodes returns the node of --node, else the nodes of the instance. A command that
// kills must have --node or --all-nodes if there are several.
func (f *nodeFlags) nodes(ctx context.Context, a *api, readOnly bool) ([]string, error) {
	if f.node != "" && !f.all {
		return []string{f.node}, nil
	}
	all, err := a.Nodes(ctx)
	if err != nil {
		return nil, a.explain(err)
	}
	ids := withSessions(all)
	switch {
	case len(ids) == 0:
		return nil, errors.New("the instance has no nodes")
	case len(ids) > 1 && !f.all && !readOnly:
		return nil, usagef("--node is missing: the instance has %s", strings.Join(ids, ", "))
	}
	return ids, nil
}

// withSessions returns the ids of the nodes whose sessions the API manages: the
// proxies if the instance has any, else all nodes.
func withSessions(nodes []client.Node) []string {
	isProxy := func(n client.Node) bool { return n.Role == client.RoleProxy }
	proxied := slices.ContainsFunc(nodes, isProxy)
	var ids []string
	for _, n := range nodes {
		if !proxied || isProxy(n) {
			ids = append(ids, n.ID)
		}
	}
	return ids
}
