package server

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/dcs-sessions/dcs-sessions/internal/accesslog"
	"github.com/dcs-sessions/dcs-sessions/sessions"
)

// The actions that are audited.
const (
	auditKill    = "kill"
	auditKillAll = "kill-all"
)

// nothingKilled is the caller's message if the intent cannot be recorded.
const nothingKilled = "Nothing was killed."

// An auditRecord is one line of the audit: the intent, written before anything is
// killed, or the outcome. An intent without an outcome means that the server stopped
// during the kill.
type auditRecord struct {
	Time       time.Time `json:"time"`
	Event      string    `json:"event"` // intent, outcome
	Action     string    `json:"action"`
	Caller     string    `json:"caller"`
	Remote     string    `json:"remote"`
	RequestID  string    `json:"request_id"`
	JobID      string    `json:"job_id,omitempty"` // of a kill-all
	ProjectID  string    `json:"project_id"`
	InstanceID string    `json:"instance_id"`
	NodeIDs    []string  `json:"node_ids"`
	Addrs      []string  `json:"addrs,omitempty"` // of a kill's intent, as the request names them; an id as id=42

	DurationMS *float64      `json:"duration_ms,omitempty"`
	Results    []auditResult `json:"results,omitempty"`
}

// An auditResult lists the sessions of one node by outcome.
type auditResult struct {
	NodeID    string   `json:"node_id"`
	Killed    []string `json:"killed,omitempty"`
	Gone      []string `json:"gone,omitempty"`
	Replaced  []string `json:"replaced,omitempty"`
	Protected []string `json:"protected,omitempty"`
	Failed    []string `json:"failed,omitempty"`
	Skipped   []string `json:"skipped,omitempty"`
	Error     string   `json:"error,omitempty"`
}

// killAllResult returns the result of a kill-all on one node.
func killAllResult(nodeID string, outcomes []sessions.Outcome, err error) auditResult {
	r := auditResult{NodeID: nodeID}
	for _, o := range outcomes {
		name := "id=" + strconv.FormatInt(o.ID, 10) // a session without an address
		if o.Addr.IsValid() {
			name = o.Addr.String()
		}
		r.add(o.Result, name)
	}
	return r.withError(err)
}

// auditResult returns the result of a kill, with the names that the request uses.
func (q *killRequest) auditResult(nodeID string, outcomes []sessions.Outcome, err error) auditResult {
	r := auditResult{NodeID: nodeID}
	for i, o := range outcomes {
		if q.isFirst[i] {
			r.add(o.Result, q.names[i])
		}
	}
	return r.withError(err)
}

func (r *auditResult) add(result sessions.Result, name string) {
	list := &r.Failed
	switch result {
	case sessions.Killed:
		list = &r.Killed
	case sessions.Gone:
		list = &r.Gone
	case sessions.Replaced:
		list = &r.Replaced
	case sessions.Protected:
		list = &r.Protected
	case sessions.Skipped:
		list = &r.Skipped
	}
	*list = append(*list, name)
}

func (r auditResult) withError(err error) auditResult {
	if err != nil {
		r.Error = err.Error()
	}
	return r
}

// An auditEntry is a recorded intent whose outcome is still to be recorded.
type auditEntry struct {
	writer *auditWriter
	intent auditRecord
}

// recordIntent writes the intent. If it fails, nothing may be killed.
func (a *auditWriter) recordIntent(ctx context.Context, r auditRecord) (*auditEntry, error) {
	who := callerOf(ctx)
	r.Time, r.Event = time.Now().UTC(), "intent"
	r.Caller, r.Remote, r.RequestID = who.name, who.remote, accesslog.From(ctx).RequestID
	if err := a.write(&r); err != nil {
		return nil, fmt.Errorf("write the audit record: %w", err)
	}
	return &auditEntry{a, r}, nil
}

// recordOutcome writes the outcome. If it fails, it logs the record.
func (e *auditEntry) recordOutcome(results ...auditResult) {
	r := e.intent
	now := time.Now().UTC()
	took := float64(now.Sub(r.Time).Microseconds()) / 1000
	r.Time, r.Event, r.Addrs, r.DurationMS, r.Results = now, "outcome", nil, &took, results
	if err := e.writer.write(&r); err != nil {
		e.writer.log.Error("the audit record could not be written", "error", err, "record", r)
	}
}
