package compat

import (
	"encoding/json"
	"os"
	"strings"

	"github.com/stretchr/testify/require"
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

// A result is what became of the sessions of one node.
type result struct {
	NodeID    string   `json:"node_id"`
	Killed    []string `json:"killed"`
	Gone      []string `json:"gone"`
	Protected []string `json:"protected"`
	Failed    []string `json:"failed"`
	Untried   []string `json:"untried"`
	Error     string   `json:"error"`
}

// audit returns the records so far. A kill's are all there once it is answered, a
// kill-all's once its job is over.
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
