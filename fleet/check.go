package fleet

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"

	"github.com/dcs-sessions/dcs-sessions/sessions"
)

// A NodeProblem is what is wrong with a node, or with an instance as a whole.
type NodeProblem struct {
	Project, Instance string
	Node              string // "" of an instance
	What              string // in words, without an address or a secret
	Warning           bool   // the node works all the same
	Err               error  // for a log; nil where What says it all
}

// Place names the project, the instance and the node.
func (p NodeProblem) Place() string {
	place := "project " + p.Project + ", instance " + p.Instance
	if p.Node != "" {
		place += ", node " + p.Node
	}
	return place
}

// String returns the place and what is wrong.
func (p NodeProblem) String() string { return p.Place() + ": " + p.What }

// atOnce is how many nodes are checked at one time.
const atOnce = 16

// Check connects to every node and tries the rights that listing and killing
// need. It returns what is wrong, in the order of the configuration: nodes that
// cannot be used, nodes that are one server, and instances without nodes. It
// takes up to 10 s for each 16 nodes, and ends with ctx.
func (f *Fleet) Check(ctx context.Context) []NodeProblem {
	found := make([][]NodeProblem, len(f.order))
	servers := make([][]string, len(f.order)) // of each node, what server it is
	turn := make(chan struct{}, atOnce)
	var all sync.WaitGroup
	for i, key := range f.order {
		nodes := f.nodes[key]
		found[i] = make([]NodeProblem, len(nodes))
		servers[i] = make([]string, len(nodes))
		for j, m := range nodes {
			all.Go(func() {
				turn <- struct{}{}
				defer func() { <-turn }()
				servers[i][j] = m.RunID(ctx)
				if err := m.Check(ctx); err != nil {
					found[i][j] = NodeProblem{key.project, key.instance, m.ID, sessions.Reason(err), false, err}
				}
			})
		}
	}
	all.Wait()

	var problems []NodeProblem
	first := map[string]string{} // the place of who has an address, or is a server
	for i, key := range f.order {
		if len(f.nodes[key]) == 0 {
			problems = append(problems, NodeProblem{key.project, key.instance, "", "the instance has no nodes", true, nil})
		}
		for j, m := range f.nodes[key] {
			if found[i][j].What != "" {
				problems = append(problems, found[i][j])
			}
			place := fmt.Sprintf("project %s, instance %s, node %s", key.project, key.instance, m.ID)
			address, server := "address "+plain(m.Address()), "server "+servers[i][j]
			switch {
			case first[address] != "":
				problems = append(problems, NodeProblem{key.project, key.instance, m.ID, "it has the address of " + first[address], true, nil})
			case servers[i][j] != "" && first[server] != "":
				problems = append(problems, NodeProblem{key.project, key.instance, m.ID, "it is the same server as " + first[server], true, nil})
			}
			for _, k := range []string{address, server} {
				if first[k] == "" {
					first[k] = place
				}
			}
		}
	}
	return problems
}

// plain gives one spelling to addresses that are the same.
func plain(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		host = ip.Unmap().String()
	}
	return strings.TrimSuffix(strings.ToLower(host), ".") + ":" + strings.TrimLeft(port, "0")
}
