// Package fleet knows which Redis or Valkey server a project's instance and
// node are.
//
//	f, err := fleet.New(projects, os.Getenv)
//	defer f.Close()
//	node, err := f.Member(projectID, instanceID, nodeID)
//	members, err := f.Members(projectID, instanceID)
//
// It keeps one sessions.Node a node for its whole life, so that each server
// sees one held connection. It does not discover anything by itself.
package fleet

import (
	"cmp"
	"context"
	"errors"
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
	members map[instanceKey][]Member
}

type instanceKey struct{ project, instance string }

// New checks projects, reads the nodes' passwords (getenv is os.Getenv but in
// tests) and returns the fleet, whose nodes connect in the background. The error
// is a *ConfigError whose path starts at the list.
func New(projects []Project, getenv func(string) string) (*Fleet, error) {
	f := &Fleet{members: map[instanceKey][]Member{}}
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
			members, err := openNodes(in.Nodes, []any{i, "instances", j, "nodes"}, getenv)
			f.members[instanceKey{p.ID, in.ID}] = members
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// openNodes returns those that it opened on an error too.
func openNodes(nodes []Node, path []any, getenv func(string) string) (open []Member, _ error) {
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
		if _, err := secret.Read(getenv, at); err != nil {
			return open, err
		}
		open = append(open, Member{n.ID, cmp.Or(n.Name, n.ID), sessions.Open(sessions.Options{
			Address: n.Address,
			Credentials: func(context.Context) (string, string, error) {
				password, err := secret.Read(getenv, at) // a file may have changed
				return n.Username, password, err
			},
		})})
	}
	return open, nil
}

// Close ends the connections to all nodes.
func (f *Fleet) Close() error {
	var errs []error
	for _, members := range f.members {
		for _, m := range members {
			errs = append(errs, m.Close())
		}
	}
	return errors.Join(errs...)
}
