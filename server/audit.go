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

// nothingKilled is what the caller is told where the audit says no.
const nothingKilled = "Nothing was killed."

// An auditRecord is one line: the intent, written before anything is killed, or
// the outcome. An intent without an outcome is a kill that the server's own end
// cut off.
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
	Addrs      []string  `json:"addrs,omitempty"` // of a kill's intent, as they were given; an id as id=42

	DurationMS *float64      `json:"duration_ms,omitempty"`
	Results    []auditResult `json:"results,omitempty"`
}

// An auditResult is what became of the sessions of one node.
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

// resultOf is a kill-all's on one node.
func resultOf(nodeID string, outcomes []sessions.Outcome, err error) auditResult {
	r := auditResult{NodeID: nodeID}
	for _, o := range outcomes {
		name := "id=" + strconv.FormatInt(o.ID, 10) // it has no address
		if o.Addr.IsValid() {
			name = o.Addr.String()
		}
		r.add(o.Result, name)
	}
	return r.because(err)
}

// auditResult is a kill's, with the names that the request has.
func (q *requested) auditResult(nodeID string, outcomes []sessions.Outcome, err error) auditResult {
	r := auditResult{NodeID: nodeID}
	for i, o := range outcomes {
		if q.first[i] {
			r.add(o.Result, q.names[i])
		}
	}
	return r.because(err)
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

func (r auditResult) because(err error) auditResult {
	if err != nil {
		r.Error = err.Error()
	}
	return r
}

// audited is an intent that is written.
type audited struct {
	*auditor
	record auditRecord
}

// begin writes the intent. Where it cannot, nothing may be killed.
func (a *auditor) begin(ctx context.Context, r auditRecord) (*audited, error) {
	who := callerOf(ctx)
	r.Time, r.Event = time.Now().UTC(), "intent"
	r.Caller, r.Remote, r.RequestID = who.name, who.remote, accesslog.From(ctx).RequestID
	if err := a.write(&r); err != nil {
		return nil, fmt.Errorf("write the audit record: %w", err)
	}
	return &audited{a, r}, nil
}

// end writes the outcome or, where it cannot, logs it.
func (a *audited) end(results ...auditResult) {
	r := a.record
	now := time.Now().UTC()
	took := float64(now.Sub(r.Time).Microseconds()) / 1000
	r.Time, r.Event, r.Addrs, r.DurationMS, r.Results = now, "outcome", nil, &took, results
	if err := a.write(&r); err != nil {
		a.log.Error("the audit record could not be written", "error", err, "record", r)
	}
}
