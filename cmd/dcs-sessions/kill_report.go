package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dcs-sessions/dcs-sessions/client"
)

// A killReport has the result of each session. It is the JSON output of kill.
type killReport struct {
	*matchCounts
	Results   []killResult `json:"results"`
	CameBack  *int         `json:"came_back,omitempty"` // missing if the sessions were not listed again
	StillOpen *int         `json:"still_open,omitempty"`
	Error     *callError   `json:"error,omitempty"`
	Failed    []failedNode `json:"failed_nodes,omitempty"` // the nodes that could not be listed
}

type killResult struct {
	Address    string `json:"address,omitempty"`
	Result     string `json:"result"` // a client.Result, or a result of this file
	Protection string `json:"protection,omitempty"`
	Node       string `json:"node_id,omitempty"`
	ID         string `json:"id,omitempty"`
	Name       string `json:"name,omitempty"`
	User       string `json:"user,omitempty"`
}

// The results of a session that are not a client.Result.
const (
	wouldBeKilled = "would be killed"
	notConnected  = "not connected"
	protected     = "protected"
	cannotBeNamed = "cannot be named" // the session has neither an address nor an id
)

func resultFor(s *session, result string) killResult {
	return killResult{Address: s.Address(), Result: result, Node: s.Node, ID: s.ID, Name: s.Name, User: s.User}
}

// excludedResult returns the result of a session that cannot be killed.
func excludedResult(s *session) killResult {
	r := resultFor(s, protected)
	if r.Protection = s.protection(); r.Protection == "" {
		r.Result = cannotBeNamed
	}
	return r
}

// text returns the result for a table.
func (r *killResult) text() string {
	if r.Protection == "" || r.Protection == r.Result {
		return r.Result
	}
	return r.Result + ": " + r.Protection
}

// show prints the result of each session, and what is known about the session. The
// caller prints the error; JSON has it too, for programs.
func (r *killReport) show(std stdio, a *api, several bool) error {
	if a.json {
		return writeJSON(std.out, r)
	}
	ids := slices.ContainsFunc(r.Results, func(r killResult) bool { return r.ID != "" })
	known := slices.ContainsFunc(r.Results, func(r killResult) bool { return r.Node != "" })
	var t table
	row := func(node, id, peer, name, user, text string) {
		var cells []string
		if several {
			cells = append(cells, node)
		}
		if ids {
			cells = append(cells, id)
		}
		cells = append(cells, peer)
		if known {
			t.cut(len(cells), len(cells)+1)
			cells = append(cells, name, user)
		}
		t.add(append(cells, text)...)
	}
	row("NODE", "ID", "PEER", "NAME", "USER", "RESULT")
	for _, result := range r.Results {
		row(result.Node, orDash(result.ID), orDash(result.Address), result.Name, result.User, result.text())
	}
	return t.write(std.out, std.width())
}

// String returns the line below the table.
func (r *killReport) String() string {
	counts := map[string]int{}
	for _, result := range r.Results {
		counts[result.Result]++
	}
	closed := string(client.Killed)
	if counts[closed] == 0 && counts[string(client.Closed)] > 0 {
		closed = string(client.Closed)
	}
	texts := []string{fmt.Sprintf("%d of %d %s", counts[closed], len(r.Results), closed)}
	for _, result := range []string{
		string(client.Killed), string(client.Closed), string(client.Gone), string(client.Replaced), protected, cannotBeNamed,
		string(client.NotKilled), string(client.Unknown),
	} {
		if n := counts[result]; n > 0 && result != closed {
			texts = append(texts, fmt.Sprintf("%d %s", n, result))
		}
	}
	text := strings.Join(texts, ", ")
	if r.CameBack != nil {
		text += fmt.Sprintf("; %d reconnected with a new id", *r.CameBack)
	}
	if r.StillOpen != nil && *r.StillOpen > 0 {
		text += fmt.Sprintf("; %d still connected", *r.StillOpen)
	}
	return text
}
