package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dcs-sessions/dcs-sessions/client"
)

// A killReport is what became of each session; it is kill's JSON output.
type killReport struct {
	*matchCounts
	Results   []killResult `json:"results"`
	CameBack  *int         `json:"came_back,omitempty"` // missing where nobody looked
	StillOpen *int         `json:"still_open,omitempty"`
	Error     *callError   `json:"error,omitempty"`
	Failed    []failedNode `json:"failed_nodes,omitempty"` // whose sessions are not known
}

type killResult struct {
	Address    string `json:"address,omitempty"`
	Result     string `json:"result"` // a client.Result, or one of these
	Protection string `json:"protection,omitempty"`
	Node       string `json:"node_id,omitempty"`
	ID         string `json:"id,omitempty"`
	Name       string `json:"name,omitempty"`
	User       string `json:"user,omitempty"`
}

// What becomes of a session that a client.Result has no word for.
const (
	wouldBeKilled = "would be killed"
	notConnected  = "not connected"
	protected     = "protected"
	cannotBeNamed = "cannot be named" // it has neither an address nor an id
)

func resultFor(s *session, result string) killResult {
	return killResult{Address: s.address(), Result: result, Node: s.Node, ID: s.ID, Name: s.Name, User: s.User}
}

// excludedResult is for a session that cannot be killed.
func excludedResult(s *session) killResult {
	r := resultFor(s, protected)
	if r.Protection = s.protection(); r.Protection == "" {
		r.Result = cannotBeNamed
	}
	return r
}

// text is the result as a table has it.
func (r *killResult) text() string {
	if r.Protection == "" || r.Protection == r.Result {
		return r.Result
	}
	return r.Result + ": " + r.Protection
}

// show writes the result of each session, and who it is where that is known. The
// error itself is the caller's to tell; JSON has it too, for programs.
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

// String is the line below the table of what was killed.
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
		text += fmt.Sprintf("; %d came straight back under a new id", *r.CameBack)
	}
	if r.StillOpen != nil && *r.StillOpen > 0 {
		text += fmt.Sprintf("; %d are still there", *r.StillOpen)
	}
	return text
}
