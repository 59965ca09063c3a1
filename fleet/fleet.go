// Package fleet knows which Redis or Valkey server a project's instance and
// node are.
//
//	f, err := fleet.New(projects, os.Getenv)
//	defer f.Close()
//	node, err := f.Node(projectID, instanceID, nodeID)
//
// It keeps one sessions.Node a node for its whole life, so that each server
// sees one held connection. It does not discover anything by itself.
package fleet

import (
	"errors"
	"slices"

	"github.com/dcs-sessions/dcs-sessions/sessions"
)

// What Node did not find, for errors.Is.
var (
	ErrNoInstance = errors.New("no such instance in this project")
	ErrNoNode     = errors.New("no such node in this instance")
)

// A Fleet is a set of projects. It is safe for concurrent use.
type Fleet struct {
	nodes map[instanceKey]map[string]*sessions.Node
}

type instanceKey struct{ project, instance string }

// New checks projects, reads the nodes' passwords (getenv is os.Getenv but in
// tests) and returns the fleet. It connects to nothing. The error is a
// *ConfigError whose path starts at the list.
func New(projects []Project, getenv func(string) string) (*Fleet, error) {
	f := &Fleet{nodes: map[instanceKey]map[string]*sessions.Node{}}
	if err := f.open(projects, getenv); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func (f *Fleet) open(projects []Project, getenv func(string) string) error {
	projectIDs := map[string]bool{}
	for i, p := range projects {
		if err := checkID(projectIDs, p.ID, []any{i, "id"}); err != nil {
			return err
		}
		instanceIDs := map[string]bool{}
		for j, in := range p.Instances {
			if err := checkID(instanceIDs, in.ID, []any{i, "instances", j, "id"}); err != nil {
				return err
			}
			nodes := map[string]*sessions.Node{}
			f.nodes[instanceKey{p.ID, in.ID}] = nodes
			if err := openNodes(nodes, in.Nodes, []any{i, "instances", j, "nodes"}, getenv); err != nil {
				return err
			}
		}
	}
	return nil
}

func openNodes(open map[string]*sessions.Node, nodes []Node, path []any, getenv func(string) string) error {
	ids := map[string]bool{}
	for i, n := range nodes {
		at := func(key string) []any { return slices.Concat(path, []any{i, key}) }
		if err := checkID(ids, n.ID, at("id")); err != nil {
			return err
		}
		if err := checkAddress(n.Address, at("address")); err != nil {
			return err
		}
		password, err := Secret{Key: "password", Env: n.PasswordEnv, File: n.PasswordFile}.Read(getenv, at)
		if err != nil {
			return err
		}
		open[n.ID] = sessions.Open(sessions.Options{Address: n.Address, Username: n.Username, Password: password})
	}
	return nil
}

// Node returns the node, or ErrNoInstance or ErrNoNode.
func (f *Fleet) Node(project, instance, node string) (*sessions.Node, error) {
	nodes, ok := f.nodes[instanceKey{project, instance}]
	if !ok {
		return nil, ErrNoInstance
	}
	n, ok := nodes[node]
	if !ok {
		return nil, ErrNoNode
	}
	return n, nil
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
