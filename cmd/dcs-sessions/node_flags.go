package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/dcs-sessions/dcs-sessions/gen"
)

// nodeFlags say on which nodes.
type nodeFlags struct {
	node string
	all  bool

	cmd *cobra.Command
}

func (f *nodeFlags) add(cmd *cobra.Command, otherwise string) {
	f.cmd = cmd
	cmd.Flags().StringVar(&f.node, "node", "", "node `ID` "+otherwise)
	cmd.Flags().BoolVar(&f.all, "all-nodes", false, "on all nodes, also where $DCS_NODE_ID is set")
	envFlag(cmd.Flags(), "node", "DCS_NODE_ID")
}

func (f *nodeFlags) check() error {
	if f.all && f.cmd.Flags().Changed("node") {
		return usagef("--node and --all-nodes are both given")
	}
	if f.node != "" && !f.all {
		return checkID("node", f.node)
	}
	return nil
}

// nodes asks the instance for its nodes unless the flags name one. Where they
// do not say which of several, it returns all for a command that only reads.
func (f *nodeFlags) nodes(ctx context.Context, a *api, reads bool) ([]string, error) {
	if f.node != "" && !f.all {
		return []string{f.node}, nil
	}
	all, err := a.Nodes(ctx, a.project, a.instance)
	if err != nil {
		return nil, a.explain(err)
	}
	ids := withSessions(all)
	switch {
	case len(ids) == 0:
		return nil, errors.New("the instance has no nodes")
	case len(ids) > 1 && !f.all && !reads:
		return nil, usagef("--node is missing: the instance has %s", strings.Join(ids, ", "))
	}
	return ids, nil
}

// withSessions returns the ids of the nodes whose sessions the API manages: the
// proxies of an instance that has some, else all.
func withSessions(nodes []gen.NodeInfo) []string {
	isProxy := func(n gen.NodeInfo) bool { return n.NodeRole == gen.RedisProxy }
	proxied := slices.ContainsFunc(nodes, isProxy)
	var ids []string
	for _, n := range nodes {
		if !proxied || isProxy(n) {
			ids = append(ids, n.NodeID)
		}
	}
	return ids
}

// A nodeError is that of one node.
type nodeError struct {
	Node string
	Err  error
}

func (e *nodeError) Error() string { return "node " + e.Node + ": " + e.Err.Error() }
func (e *nodeError) Unwrap() error { return e.Err }

// nodeErrors are those of several nodes, on one line.
type nodeErrors []error

func (e nodeErrors) Unwrap() []error { return e }

func (e nodeErrors) Error() string {
	texts := make([]string, len(e))
	for i, err := range e {
		texts[i] = err.Error()
	}
	return strings.Join(texts, "; ")
}

// join is errors.Join on one line.
func join(errs ...error) error {
	errs = slices.DeleteFunc(errs, func(err error) bool { return err == nil })
	switch len(errs) {
	case 0:
		return nil
	case 1:
		return errs[0]
	}
	return nodeErrors(errs)
}

// sessions reads the sessions of the nodes, some nodes at a time. Where some
// nodes fail, those of the others are returned with the error, and answered has
// the nodes that did not fail.
func (a *api) sessions(ctx context.Context, nodes []string) (all []session, answered []string, err error) {
	const atOnce = 4
	found, errs := make([][]session, len(nodes)), make([]error, len(nodes))
	slots := make(chan struct{}, atOnce)
	var reads sync.WaitGroup
	for i, node := range nodes {
		reads.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			found[i], errs[i] = a.read(ctx, node)
		})
	}
	reads.Wait()
	for i, node := range nodes {
		switch {
		case errs[i] == nil:
			answered = append(answered, node)
		case len(nodes) > 1:
			found[i], errs[i] = nil, &nodeError{node, errs[i]}
		default:
			found[i] = nil
		}
	}
	return slices.Concat(found...), answered, join(errs...)
}

func (a *api) read(ctx context.Context, node string) ([]session, error) {
	var found []session
	for info, err := range a.List(ctx, a.project, a.instance, node, client.ListOptions{}) {
		if err != nil {
			return nil, a.explain(err)
		}
		found = append(found, session{node, info})
	}
	return found, nil
}
