package compat

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
)

// A record is a line of the audit file.
type record struct {
	Event     string   `json:"event"`
	Action    string   `json:"action"`
	Caller    string   `json:"caller"`
	RequestID string   `json:"request_id"`
	JobID     string   `json:"job_id"`
	ProjectID string   `json:"project_id"`
	Instance  string   `json:"instance_id"`
	NodeIDs   []string `json:"node_ids"`
	Addrs     []string `json:"addrs"`
	Results   []result `json:"results"`
}

// A result says what became of the sessions of one node.
type result struct {
	NodeID    string   `json:"node_id"`
	Killed    []string `json:"killed"`
	Gone      []string `json:"gone"`
	Protected []string `json:"protected"`
	Failed    []string `json:"failed"`
	Skipped   []string `json:"skipped"`
	Error     string   `json:"error"`
}

// audit returns the records so far. Those of a kill are complete when its response
// comes, and those of a kill-all when its job is over.
func (p *process) audit() (records []record) {
	p.t.Helper()
	text, err := os.ReadFile(p.auditFile)
	require.NoError(p.t, err)
	for line := range strings.Lines(string(text)) {
		var r record
		require.NoError(p.t, json.Unmarshal([]byte(line), &r), line)
		records = append(records, r)
	}
	return records
}

// audited returns the two records of one request.
func (p *process) audited(requestID string) (intent, outcome record) {
	p.t.Helper()
	require.NotEmpty(p.t, requestID)
	var found []record
	for _, r := range p.audit() {
		if r.RequestID == requestID {
			found = append(found, r)
		}
	}
	require.Len(p.t, found, 2, requestID)
	require.Equal(p.t, "intent", found[0].Event)
	require.Equal(p.t, "outcome", found[1].Event)
	return found[0], found[1]
}

// addrsOf returns the addresses of sessions, in the order in which they connected.
func addrsOf(all ...*redistest.Session) (addrs []string) {
	for _, s := range all {
		addrs = append(addrs, s.Addr())
	}
	return addrs
}

func TestKillsAreAuditedWithTheRequestIDThatTheSDKReads(t *testing.T) {
	first, second := redistest.Start(t), redistest.Start(t)
	p := serve(t, first.Addr(), second.Addr())
	c := p.call(t, deploy)
	onFirst, onSecond := dialMany(t, first.Addr(), 3), dialMany(t, second.Addr(), 2)

	asked := append(addrsOf(onFirst[0]), gone(1)...)
	kill := c.HangUpClientsInvoker(request(asked...))
	_, err := kill.Invoke()
	require.NoError(t, err)
	id := kill.Exchange.ApiReference.RequestId
	intent, outcome := p.audited(id)
	want := record{Event: "intent", Action: "kill", Caller: "deploy", RequestID: id, ProjectID: "p", Instance: "i", NodeIDs: []string{"n"}, Addrs: asked}
	assert.Equal(t, want, intent)
	want.Event, want.Addrs = "outcome", nil
	want.Results = []result{{NodeID: "n", Killed: addrsOf(onFirst[0]), Gone: gone(1)}}
	assert.Equal(t, want, outcome)

	all := c.HangUpKillAllClientsInvoker(killingAll(everywhere))
	begun, err := all.Invoke()
	require.NoError(t, err)
	id = all.Exchange.ApiReference.RequestId
	job := c.jobID(begun.HttpStatusCode, begun.Body)
	c.succeeds(job)
	intent, outcome = p.audited(id)
	want = record{Event: "intent", Action: "kill-all", Caller: "deploy", RequestID: id, JobID: job, ProjectID: "p", Instance: "i", NodeIDs: []string{"n", "m"}}
	assert.Equal(t, want, intent)
	require.Len(t, outcome.Results, 2)
	for i := range outcome.Results {
		assert.Len(t, outcome.Results[i].Protected, 1, "the server's own connection")
		outcome.Results[i].Protected = nil
	}
	want.Event = "outcome"
	want.Results = []result{{NodeID: "n", Killed: addrsOf(onFirst[1:]...)}, {NodeID: "m", Killed: addrsOf(onSecond...)}}
	assert.Equal(t, want, outcome)
	assert.Len(t, p.audit(), 4)
}
