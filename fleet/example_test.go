package fleet_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/dcs-sessions/dcs-sessions/fleet"
	"github.com/dcs-sessions/dcs-sessions/internal/fakeredis"
)

// A fleet finds the nodes of an instance by the ids of the API.
func Example() {
	f, err := fleet.New(fleet.Options{Projects: []fleet.Project{{
		ID: "shop",
		Instances: []fleet.Instance{{ID: "sessions", Nodes: []fleet.NodeConfig{
			{ID: "n1", Name: "primary", Address: "10.0.0.1:6379"},
			{ID: "n2", Name: "replica", Address: "10.0.0.2:6379"},
		}}},
	}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()

	nodes, _ := f.Nodes("shop", "sessions")
	for _, n := range nodes {
		fmt.Println(n.ID, n.Name, n.Address())
	}
	_, err = f.Node("shop", "sessions", "n3")
	fmt.Println(errors.Is(err, fleet.ErrNoNode))
	// Output:
	// n1 primary 10.0.0.1:6379
	// n2 replica 10.0.0.2:6379
	// true
}

// A configuration error has the path of the value that is wrong.
func ExampleConfigError() {
	_, err := fleet.New(fleet.Options{Projects: []fleet.Project{{
		ID:        "shop",
		Instances: []fleet.Instance{{ID: "sessions", Nodes: []fleet.NodeConfig{{ID: "n1", Address: "10.0.0.1"}}}},
	}}})
	var config *fleet.ConfigError
	fmt.Println(errors.As(err, &config))
	fmt.Println(err)
	// Output:
	// true
	// [0].instances[0].nodes[0].address: the address "10.0.0.1" is not host:port
}

// Check finds two nodes that are the same server.
func ExampleFleet_Check() {
	server, err := fakeredis.Start()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	f, err := fleet.New(fleet.Options{Projects: []fleet.Project{{
		ID: "shop",
		Instances: []fleet.Instance{{ID: "sessions", Nodes: []fleet.NodeConfig{
			{ID: "n1", Address: server.Addr()},
			{ID: "n2", Address: server.Addr()},
		}}},
	}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()
	for _, problem := range f.Check(context.Background()) {
		fmt.Println(problem)
	}
	// Output: project shop, instance sessions, node n2: the node has the same address as project shop, instance sessions, node n1
}
