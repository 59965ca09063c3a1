package main

import (
	"errors"
	"fmt"

	"github.com/dcs-sessions/dcs-sessions/client"
)

// A killReport is what became of each session; it is kill's JSON output.
type killReport struct {
	*selection
	Results   []killResult `json:"results"`
	CameBack  *int         `json:"came_back,omitempty"` // missing where nobody looked
	StillOpen *int         `json:"still_open,omitempty"`
	Error     *callError   `json:"error,omitempty"`
}

type killResult struct {
	Address string `json:"address"`
	Result  string `json:"result"` // closed, not killed, unknown; would be killed, not connected, protected
	Node    string `json:"node_id,omitempty"`
	ID      string `json:"id,omitempty"`
	Name    string `json:"name,omitempty"`
	User    string `json:"user,omitempty"`
}

func resultFor(s *session, result string) killResult {
	return killResult{s.address(), result, s.Node, s.ID, s.Name, value(s.User)}
}

type callError struct {
	Status    int    `json:"status,omitempty"`
	Code      string `json:"code,omitempty"`
	Message   string `json:"message"`
	Details   string `json:"details,omitempty"`
	RequestID string `json:"request_id,omitempty"`
}

func callErrorOf(err error) *callError {
	var answer *client.Error
	if errors.As(err, &answer) {
		return &callError{answer.Status, answer.Code, answer.Message, answer.Details, answer.RequestID}
	}
	if err != nil {
		return &callError{Message: err.Error()}
	}
	return nil
}

// show writes the result of each session, and who it is where that is known. The
// error itself is the caller's to tell; JSON has it too, for programs.
func (r *killReport) show(std stdio, a *api, several bool) error {
	if a.json {
		return writeJSON(std.out, r)
	}
	known := false
	for _, result := range r.Results {
		known = known || result.ID != ""
	}
	var t table
	row := func(result killResult, node, id, peer, name, user, text string) {
		var cells []string
		if several {
			cells = append(cells, node)
		}
		if known {
			cells = append(cells, orDash(id), peer, clip(name), clip(user))
		} else {
			cells = append(cells, peer)
		}
		t.add(append(cells, text)...)
	}
	row(killResult{}, "NODE", "ID", "PEER", "NAME", "USER", "RESULT")
	for _, result := range r.Results {
		row(result, result.Node, result.ID, result.Address, result.Name, result.User, result.Result)
	}
	return t.write(std.out)
}

// String is the line below the table of what was killed.
func (r *killReport) String() string {
	closed := 0
	for _, result := range r.Results {
		if result.Result == "closed" {
			closed++
		}
	}
	text := fmt.Sprintf("%d of %d closed", closed, len(r.Results))
	if r.Protected > 0 {
		text += fmt.Sprintf(", %d more must live (replication, Sentinel, the server's own)", r.Protected)
	}
	if r.CameBack != nil {
		text += fmt.Sprintf("; %d came straight back under a new id", *r.CameBack)
	}
	if r.StillOpen != nil && *r.StillOpen > 0 {
		text += fmt.Sprintf("; %d are still there", *r.StillOpen)
	}
	return text
}
