package faults

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"sync"
	"time"
)

// An audit reads the server's audit file and the files that it was renamed to.
type audit struct {
	base string

	mu      sync.Mutex
	files   []string // the renamed files in order; base comes last
	offsets map[string]int64
	intents map[string]record // by the request's id
	results map[string]record
	cuts    []time.Time // when the server was killed
	partial int         // lines that are cut off
}

// A record has those fields of an audit record that are checked.
type record struct {
	Time      time.Time `json:"time"`
	Event     string    `json:"event"`
	RequestID string    `json:"request_id"`
	Results   []struct {
		Killed   []string `json:"killed"`
		Gone     []string `json:"gone"`
		Replaced []string `json:"replaced"`
		Failed   []string `json:"failed"`
		Skipped  []string `json:"skipped"`
		Error    string   `json:"error"`
	} `json:"results"`
}

func newAudit(path string) *audit {
	return &audit{base: path, offsets: map[string]int64{}, intents: map[string]record{}, results: map[string]record{}}
}

func (a *audit) path() string { return a.base }

// rotate renames the file, as logrotate does.
func (a *audit) rotate() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	moved := fmt.Sprintf("%s.%d", a.base, len(a.files)+1)
	if err := os.Rename(a.base, moved); err != nil {
		return err
	}
	a.files = append(a.files, moved)
	a.offsets[moved], a.offsets[a.base] = a.offsets[a.base], 0
	return nil
}

// markKilled records that the server was killed, so that an earlier intent may have
// no outcome.
func (a *audit) markKilled(at time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.cuts = append(a.cuts, at)
}

// read reads the new lines.
func (a *audit) read() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, path := range append(slices.Clone(a.files), a.base) {
		if err := a.readFile(path); err != nil {
			return err
		}
	}
	return nil
}

func (a *audit) readFile(path string) error {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) { // renamed and not created again yet
		return nil
	} else if err != nil {
		return err
	}
	defer file.Close()
	if _, err := file.Seek(a.offsets[path], io.SeekStart); err != nil {
		return err
	}
	for lines := bufio.NewReader(file); ; {
		line, err := lines.ReadBytes('\n')
		if err != nil { // the rest may still be written
			return nil
		}
		a.offsets[path] += int64(len(line))
		var r record
		switch wrong := json.Unmarshal(line, &r); {
		case wrong != nil && a.partial < len(a.cuts): // the record that was written when the server was killed
			a.partial++
		case wrong != nil:
			return fmt.Errorf("a line of the audit file is not a record: %w", wrong)
		case r.Event == "intent":
			a.intents[r.RequestID] = r
		default:
			a.results[r.RequestID] = r
		}
	}
}

// killedAfter reports whether the server was killed after a time.
func (a *audit) killedAfter(at time.Time) bool {
	return len(a.cuts) > 0 && a.cuts[len(a.cuts)-1].After(at.Add(-time.Second))
}

// checkAudit compares the audit records with the responses of the round. If the server
// could not write a record, for example because the disk hangs, it must say so in its
// log.
func (ch *checker) checkAudit(a *audit, auditFailed func(id string) bool) {
	if err := a.read(); err != nil {
		ch.violation(wrongAudit, nil, "%v", err)
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, e := range ch.exchanges {
		intent, began := a.intents[e.id]
		result, ended := a.results[e.id]
		if what := contradicts(e, began, ended, result); what != "" && !auditFailed(e.id) {
			ch.violation(wrongAudit, e, "%s", what)
		}
		if began && !ended && !a.killedAfter(intent.Time) && !auditFailed(e.id) {
			ch.violation(wrongAudit, e, "there is an intent without an outcome, and the server was not killed")
		}
	}
	clear(a.intents)
	clear(a.results)
}

// contradicts returns how the records of an exchange differ from its response, or "".
func contradicts(e *exchange, began, ended bool, result record) string {
	switch {
	case ended && !began:
		return "there is an outcome without an intent"
	case e.all || !e.done():
		return ""
	case !ended:
		return "the kill succeeded, and the audit has no outcome"
	case len(result.Results) != 1:
		return fmt.Sprintf("the audit has %d results for one node", len(result.Results))
	}
	got := result.Results[0]
	counts := map[string]map[string]bool{killed: {}, gone: {}, replaced: {}}
	found := map[string]string{}
	for label, addrs := range map[string][]string{killed: got.Killed, gone: got.Gone, replaced: got.Replaced} {
		for _, addr := range addrs {
			counts[label][addr] = true
			found[addr] = label
		}
	}
	for i, entry := range e.entries {
		name := entry.addr.String()
		if !entry.addr.IsValid() {
			name = fmt.Sprintf("id=%d", entry.id)
		}
		if label, said := found[name], e.labelOf(i); label == "" || said != "" && label != said {
			return fmt.Sprintf("%s is %q in the audit and %q in the response", name, label, said)
		}
	}
	if o := e.outcome; o != nil {
		if len(counts[killed]) != o.killed || len(counts[gone]) != o.gone || len(counts[replaced]) != o.replaced {
			return fmt.Sprintf("the audit has %d killed, %d gone, %d replaced, the response %q", len(counts[killed]), len(counts[gone]), len(counts[replaced]), e.header)
		}
	}
	return ""
}

// open returns the number of intents without an outcome.
func (a *audit) open() (n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for id, intent := range a.intents {
		if _, ended := a.results[id]; !ended && !a.killedAfter(intent.Time) {
			n++
		}
	}
	return n
}
