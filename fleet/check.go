package fleet

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"sync"

	"github.com/dcs-sessions/dcs-sessions/sessions"
)

// A NodeProblem is a problem of a node, or of an instance as a whole.
type NodeProblem struct {
	Project, Instance string
	Node              string // "" for an instance
	Message           string // holds no address and no secret
	Warning           bool   // the node works nevertheless
	Err               error  // for the log; nil if Message is complete
}

// Place returns the project, the instance and the node as a text.
func (p NodeProblem) Place() string {
	place := "project " + p.Project + ", instance " + p.Instance
	if p.Node != "" {
		place += ", node " + p.Node
	}
	return place
}

// String returns the place and the message.
func (p NodeProblem) String() string { return p.Place() + ": " + p.Message }

// maxConcurrent is how many nodes are checked at the same time.
const maxConcurrent = 16

// A checked is what the check of one node found.
type checked struct {
	runID string
	err   error
}

// Check connects to every node and tries the commands that listing and killing
// need. It returns the problems in the order of the configuration: nodes that cannot
// be used, nodes that are the same server, and instances without nodes. It takes up
// to 10 s for each 16 nodes, and ends with ctx.
func (f *Fleet) Check(ctx context.Context) []NodeProblem {
	results := f.checkNodes(ctx)
	var problems []NodeProblem
	first := map[string]string{} // the place of the first node with an address or run id
	for i, key := range f.order {
		if len(f.nodes[key]) == 0 {
			problems = append(problems, NodeProblem{Project: key.project, Instance: key.instance, Message: "the instance has no nodes", Warning: true})
		}
		for j, n := range f.nodes[key] {
			result := results[i][j]
			problem := NodeProblem{Project: key.project, Instance: key.instance, Node: n.ID}
			if result.err != nil {
				failed := problem
				failed.Message, failed.Err = sessions.Reason(result.err), result.err
				problems = append(problems, failed)
			}
			address, run := "address "+normalAddress(n.Address()), "run "+result.runID
			problem.Warning = true
			switch {
			case first[address] != "":
				problem.Message = "the node has the same address as " + first[address]
				problems = append(problems, problem)
			case result.runID != "" && first[run] != "":
				problem.Message = "the node is the same server as " + first[run]
				problems = append(problems, problem)
			}
			for _, k := range []string{address, run} {
				if first[k] == "" {
					first[k] = problem.Place()
				}
			}
		}
	}
	return problems
}

// checkNodes checks all nodes, by the indexes of f.order and f.nodes.
func (f *Fleet) checkNodes(ctx context.Context) [][]checked {
	results := make([][]checked, len(f.order))
	slots := make(chan struct{}, maxConcurrent)
	var wg sync.WaitGroup
	for i, key := range f.order {
		results[i] = make([]checked, len(f.nodes[key]))
		for j, n := range f.nodes[key] {
			wg.Go(func() {
				slots <- struct{}{}
				defer func() { <-slots }()
				results[i][j] = checked{n.RunID(ctx), n.Check(ctx)}
			})
		}
	}
	wg.Wait()
	return results
}

// normalAddress returns one spelling for equal addresses.
func normalAddress(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		host = ip.Unmap().String()
	}
	return strings.TrimSuffix(strings.ToLower(host), ".") + ":" + strings.TrimLeft(port, "0")
}
