// Package fleet knows which Redis or Valkey server a project's instance and
// node are.
//
//	f, err := fleet.New(fleet.Options{Projects: projects})
//	defer f.Close()
//	node, err := f.Node(projectID, instanceID, nodeID)
//	nodes, err := f.Nodes(projectID, instanceID)
//
// It keeps one sessions.Node a node for its whole life, so that each server
// sees one connection, which is made at the start and kept. It does not discover anything by itself.
package fleet

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"os"
	"slices"

	"github.com/dcs-sessions/dcs-sessions/sessions"
)

// What was not found, for errors.Is.
var (
	ErrNoInstance = errors.New("no such instance in this project")
	ErrNoNode     = errors.New("no such node in this instance")
)

// A Fleet is a set of projects. It is safe for concurrent use.
type Fleet struct {
	nodes map[instanceKey][]Node
	order []instanceKey // of the configuration
}

type instanceKey struct{ project, instance string }

// Options is what a fleet is made of.
type Options struct {
	Projects []Project
	Getenv   func(string) string // nil: os.Getenv
	Log      *slog.Logger        // says when a node's connection is lost and back; nil: nothing does
}

// New checks the projects, reads the nodes' passwords and returns the fleet,
// whose nodes connect in the background and stay connected. A password in a file
// is read again for each connection. The error is a *ConfigError whose path
// starts at the list.
func New(o Options) (*Fleet, error) {
	if o.Getenv == nil {
		o.Getenv = os.Getenv
	}
	f := &Fleet{nodes: map[instanceKey][]Node{}}
	if err := f.open(o); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func (f *Fleet) open(o Options) error {
	projectIDs := map[string]bool{}
	for i, p := range o.Projects {
		if err := checkID(projectIDs, p.ID, []any{i, "id"}); err != nil {
			return err
		}
		instanceIDs := map[string]bool{}
		for j, in := range p.Instances {
			if err := checkID(instanceIDs, in.ID, []any{i, "instances", j, "id"}); err != nil {
				return err
			}
			nodes, err := o.openNodes(in.Nodes, []any{i, "instances", j, "nodes"})
			key := instanceKey{p.ID, in.ID}
			f.nodes[key], f.order = nodes, append(f.order, key)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// openNodes returns those that it opened on an error too.
func (o Options) openNodes(nodes []NodeConfig, path []any) (open []Node, _ error) {
	ids := map[string]bool{}
	for i, n := range nodes {
		at := func(key string) []any { return slices.Concat(path, []any{i, key}) }
		if err := checkID(ids, n.ID, at("id")); err != nil {
			return open, err
		}
		if err := checkAddress(n.Address, at("address")); err != nil {
			return open, err
		}
		secret := Secret{Key: "password", Env: n.PasswordEnv, File: n.PasswordFile}
		if _, err := secret.Read(o.Getenv, at); err != nil {
			return open, err
		}
		open = append(open, Node{n.ID, cmp.Or(n.Name, n.ID), sessions.New(sessions.Options{
			Address: n.Address,
			Log:     o.logOf(n),
			Credentials: func(context.Context) (string, string, error) {
				password, err := secret.Read(o.Getenv, at) // a file may have changed
				return n.Username, password, err
			},
		})})
	}
	return open, nil
}

func (o Options) logOf(n NodeConfig) *slog.Logger {
	if o.Log == nil {
		return nil
	}
	return o.Log.With("node_id", n.ID)
}

// Close ends the connections to all nodes.
func (f *Fleet) Close() error {
	var errs []error
	for _, nodes := range f.nodes {
		for _, m := range nodes {
			errs = append(errs, m.Close())
		}
	}
	return errors.Join(errs...)
}
