// Package fleet maps the projects, instances and nodes of the API to Redis and
// Valkey servers.
//
//	f, err := fleet.New(fleet.Options{Projects: projects})
//	defer f.Close()
//	node, err := f.Node(projectID, instanceID, nodeID)
//	nodes, err := f.Nodes(projectID, instanceID)
//
// A [Fleet] keeps one [sessions.Node] per configured node from its start to its
// end, so that each server sees one connection. It does not discover nodes by
// itself.
//
// The exported API is stable: CHANGELOG.md names every incompatible change. Error
// texts may change; match errors with [errors.Is] and [errors.As].
package fleet

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"slices"

	"github.com/dcs-sessions/dcs-sessions/sessions"
)

// What was not found, for [errors.Is].
var (
	ErrNoInstance = errors.New("no such instance in this project")
	ErrNoNode     = errors.New("no such node in this instance")
)

// A Fleet is a set of projects. It is safe for concurrent use.
type Fleet struct {
	nodes map[instanceKey][]Node
	order []instanceKey // the keys of nodes, as configured
}

var _ io.Closer = (*Fleet)(nil)

type instanceKey struct{ project, instance string }

// Options configures a fleet.
type Options struct {
	Projects []Project
	Getenv   func(string) string // nil means os.Getenv
	Log      *slog.Logger        // reports lost and restored connections; nil discards
}

// New checks the projects, reads the nodes' passwords and returns the fleet. Its
// nodes connect in the background and stay connected. A password file is read again
// for each connection. The error is a [*ConfigError] whose path starts at
// Options.Projects.
func New(o Options) (*Fleet, error) {
	if o.Getenv == nil {
		o.Getenv = os.Getenv
	}
	f := &Fleet{nodes: map[instanceKey][]Node{}}
	if err := f.addProjects(o); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func (f *Fleet) addProjects(o Options) error {
	projectIDs := map[string]bool{}
	for i, p := range o.Projects {
		if err := checkID(projectIDs, p.ID, []any{i, "id"}); err != nil {
			return err
		}
		instanceIDs := map[string]bool{}
		for j, instance := range p.Instances {
			if err := checkID(instanceIDs, instance.ID, []any{i, "instances", j, "id"}); err != nil {
				return err
			}
			nodes, err := o.newNodes(instance.Nodes, []any{i, "instances", j, "nodes"})
			key := instanceKey{p.ID, instance.ID}
			f.nodes[key], f.order = nodes, append(f.order, key)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// newNodes returns the nodes of an instance. On an error it also returns the nodes
// made so far, which the caller has to close.
func (o Options) newNodes(configs []NodeConfig, path []any) (nodes []Node, _ error) {
	ids := map[string]bool{}
	for i, c := range configs {
		at := func(key string) []any { return slices.Concat(path, []any{i, key}) }
		if err := checkID(ids, c.ID, at("id")); err != nil {
			return nodes, err
		}
		if err := checkAddress(c.Address, at("address")); err != nil {
			return nodes, err
		}
		secret := Secret{Key: "password", Env: c.PasswordEnv, File: c.PasswordFile}
		if _, err := secret.Read(o.Getenv, at); err != nil {
			return nodes, err
		}
		nodes = append(nodes, Node{c.ID, cmp.Or(c.Name, c.ID), sessions.New(sessions.Options{
			Address: c.Address,
			Log:     o.nodeLog(c),
			Credentials: func(context.Context) (string, string, error) {
				password, err := secret.Read(o.Getenv, at) // the file may have changed
				return c.Username, password, err
			},
		})})
	}
	return nodes, nil
}

func (o Options) nodeLog(c NodeConfig) *slog.Logger {
	if o.Log == nil {
		return nil
	}
	return o.Log.With("node_id", c.ID)
}

// Close ends the connections to all nodes.
func (f *Fleet) Close() error {
	var errs []error
	for _, nodes := range f.nodes {
		for _, n := range nodes {
			errs = append(errs, n.Close())
		}
	}
	return errors.Join(errs...)
}
