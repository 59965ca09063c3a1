package faults

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A violation is a kind of wrong behavior.
type violation string

const (
	false204   violation = "false 204"   // a session that was meant is still connected
	wrongKill  violation = "wrong kill"  // a session that no request meant was closed
	wrongLabel violation = "wrong label" // the session saw something else
	wrongAudit violation = "wrong audit" // the audit file contradicts the response
	tooSlow    violation = "too slow"    // a response, or the end of the server
	noReason   violation = "no reason"   // an error without an explanation
	lostLink   violation = "lost link"   // a protected connection was closed
	notBack    violation = "not back"    // kills fail after the fault is over
	leak       violation = "leak"        // memory, threads, descriptors, goroutines or a secret in the log
	panicked   violation = "panic"       // in the log of the server
	unchecked  violation = "could not be checked"
)

// A Row has the results of the kills under one fault.
type Row struct {
	Fault                  string
	What                   string // what the fault does
	Rounds                 int
	Requests               int
	Asked                  int // entries
	Checked                int // entries of requests with the status 204
	Killed, Gone, Replaced int
	Statuses               map[int]int // 0: no response
	Violations             map[violation]int
	Texts                  []string       // the texts of the first violations
	Errors                 map[string]int // the texts of the 5xx responses, with their numbers
	Slowest                time.Duration
	Back                   time.Duration // the longest from the fault's end until kills succeed again
	Stop                   time.Duration // the longest end of the server after SIGTERM
}

const texts = 10 // the number of texts in a row

func newRow(f Fault) *Row {
	return &Row{Fault: f.Name, What: f.What, Statuses: map[int]int{}, Violations: map[violation]int{}, Errors: map[string]int{}}
}

func (r *Row) violation(kind violation, text string) {
	r.Violations[kind]++
	if len(r.Texts) < texts {
		r.Texts = append(r.Texts, string(kind)+": "+text)
	}
}

func (r *Row) addResponse(e *exchange, took time.Duration) {
	r.Slowest = max(r.Slowest, took)
	if e.id == "" {
		return
	}
	r.Requests++
	r.Asked += e.distinct()
	r.Statuses[e.status]++
	if e.status >= 500 {
		r.Errors[fmt.Sprintf("%d %s", e.status, strings.TrimSpace(e.message+" "+e.details))]++
	}
	if o := e.outcome; o != nil {
		r.Killed, r.Gone, r.Replaced = r.Killed+o.killed, r.Gone+o.gone, r.Replaced+o.replaced
	}
}

// add adds the row of another testbed or round.
func (r *Row) add(o *Row) {
	r.Rounds += o.Rounds
	r.Requests += o.Requests
	r.Asked += o.Asked
	r.Checked += o.Checked
	r.Killed, r.Gone, r.Replaced = r.Killed+o.Killed, r.Gone+o.Gone, r.Replaced+o.Replaced
	for status, n := range o.Statuses {
		r.Statuses[status] += n
	}
	for text, n := range o.Errors {
		r.Errors[text] += n
	}
	for kind, n := range o.Violations {
		r.Violations[kind] += n
	}
	r.Texts = slices.Concat(r.Texts, o.Texts)
	r.Slowest = max(r.Slowest, o.Slowest)
	r.Back = max(r.Back, o.Back)
	r.Stop = max(r.Stop, o.Stop)
}
