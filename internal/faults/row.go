package faults

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A breach is a kind of what must not be.
type breach string

const (
	falseDone  breach = "false 204"   // a session that was meant is connected after it
	wrongKill  breach = "wrong kill"  // a session ended that nobody asked for
	wrongLabel breach = "wrong label" // killed, gone or replaced, and it was not
	wrongAudit breach = "wrong audit" // the audit file says otherwise
	tooSlow    breach = "too slow"    // an answer, or the server's end
	noReason   breach = "no reason"   // an error without words
	lostLink   breach = "lost link"   // a protected link is another one
	notBack    breach = "not back"    // no kills after the fault was over
	leak       breach = "leak"        // memory, threads, descriptors, goroutines or a secret in the log
	panicked   breach = "panic"       // of the server, by its log
	unjudged   breach = "could not be judged"
)

// A Row is what became of the kills under one fault.
type Row struct {
	Fault                  string
	What                   string // the fault does
	Rounds                 int
	Requests               int
	Asked                  int // entries
	Checked                int // entries of requests that were answered with 204
	Killed, Gone, Replaced int
	Statuses               map[int]int // 0: no answer
	Breaches               map[breach]int
	Texts                  []string       // the first breaches, in words
	Told                   map[string]int // what callers were told with a 5xx, by how often
	Slowest                time.Duration
	Back                   time.Duration // the longest from the fault's end until kills succeed again
	Stop                   time.Duration // the longest end of the server after SIGTERM
}

const texts = 10 // a row

func newRow(f Fault) *Row {
	return &Row{Fault: f.Name, What: f.What, Statuses: map[int]int{}, Breaches: map[breach]int{}, Told: map[string]int{}}
}

func (r *Row) breach(kind breach, text string) {
	r.Breaches[kind]++
	if len(r.Texts) < texts {
		r.Texts = append(r.Texts, string(kind)+": "+text)
	}
}

func (r *Row) answer(e *exchange, took time.Duration) {
	r.Slowest = max(r.Slowest, took)
	if e.id == "" {
		return
	}
	r.Requests++
	r.Asked += e.entries()
	r.Statuses[e.status]++
	if e.status >= 500 {
		r.Told[fmt.Sprintf("%d %s", e.status, strings.TrimSpace(e.message+" "+e.details))]++
	}
	if o := e.outcome; o != nil {
		r.Killed, r.Gone, r.Replaced = r.Killed+o.killed, r.Gone+o.gone, r.Replaced+o.replaced
	}
}

// add adds another arena's or round's.
func (r *Row) add(o *Row) {
	r.Rounds += o.Rounds
	r.Requests += o.Requests
	r.Asked += o.Asked
	r.Checked += o.Checked
	r.Killed, r.Gone, r.Replaced = r.Killed+o.Killed, r.Gone+o.Gone, r.Replaced+o.Replaced
	for status, n := range o.Statuses {
		r.Statuses[status] += n
	}
	for text, n := range o.Told {
		r.Told[text] += n
	}
	for kind, n := range o.Breaches {
		r.Breaches[kind] += n
	}
	r.Texts = slices.Concat(r.Texts, o.Texts)
	r.Slowest = max(r.Slowest, o.Slowest)
	r.Back = max(r.Back, o.Back)
	r.Stop = max(r.Stop, o.Stop)
}
