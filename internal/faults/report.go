package faults

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// A Report has the results of a run.
type Report struct {
	Options        Options
	Rows           []*Row // in the order in which the faults first happened
	ResourceChange []ResourceChange

	begun time.Time
	took  time.Duration
	mu    sync.Mutex
}

// A ResourceChange has the resources of the server before and after the faults.
type ResourceChange struct {
	Kind       string
	Start, End Resources
	Leaks      []string
}

func (r *Report) add(row *Row) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, existing := range r.Rows {
		if existing.Fault == row.Fault {
			existing.add(row)
			return
		}
	}
	r.Rows = append(r.Rows, row)
}

func (r *Report) held(h ResourceChange) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ResourceChange = append(r.ResourceChange, h)
}

// Total returns the sum of all rows.
func (r *Report) Total() *Row {
	total := newRow(Fault{Name: "**all**"})
	for _, row := range r.sorted() {
		total.add(row)
	}
	return total
}

// Violations returns the text of each violation.
func (r *Report) Violations() (all []string) {
	for _, row := range r.sorted() {
		for _, text := range row.Texts {
			all = append(all, row.Fault+": "+text)
		}
	}
	for _, h := range r.ResourceChange {
		for _, l := range h.Leaks {
			all = append(all, fmt.Sprintf("%s: %s: %s", leak, h.Kind, l))
		}
	}
	return all
}

// sorted returns the rows in the order of Faults.
func (r *Report) sorted() []*Row {
	var order []string
	node, link, server := Faults()
	for _, f := range slices.Concat(node, link, server) {
		order = append(order, f.Name)
	}
	return slices.SortedStableFunc(slices.Values(r.Rows), func(a, b *Row) int {
		return slices.Index(order, a.Fault) - slices.Index(order, b.Fault)
	})
}

// Markdown returns the tables.
func (r *Report) Markdown() string {
	var b strings.Builder
	b.WriteString("| fault | rounds | kills | entries | under a 204, checked | killed | gone | replaced | 204 | other responses | false 204 | wrong kills | other violations | slowest response |\n")
	b.WriteString("|---|--:|--:|--:|--:|--:|--:|--:|--:|---|--:|--:|---|--:|\n")
	for _, row := range append(r.sorted(), r.Total()) {
		fmt.Fprintf(&b, "| %s | %d | %s | %s | %s | %s | %s | %s | %s | %s | %d | %d | %s | %.1f s |\n",
			row.Fault, row.Rounds, thousands(row.Requests), thousands(row.Asked), thousands(row.Checked),
			thousands(row.Killed), thousands(row.Gone), thousands(row.Replaced), thousands(row.Statuses[204]), row.others(),
			row.Violations[false204], row.Violations[wrongKill], row.otherViolations(), row.Slowest.Seconds())
	}
	b.WriteString("\n| server | | memory | threads | descriptors | goroutines |\n|---|---|--:|--:|--:|--:|\n")
	for _, h := range r.ResourceChange {
		for _, u := range []struct {
			when string
			Resources
		}{{"before", h.Start}, {"after", h.End}} {
			fmt.Fprintf(&b, "| %s | %s | %d MiB | %d | %d | %d |\n", h.Kind, u.when, u.Memory>>10, u.Threads, u.Descriptors, u.Goroutines)
		}
	}
	return b.String()
}

// others returns the number of responses for each status other than 204.
func (r *Row) others() string {
	var all []string
	for _, status := range slices.Sorted(maps.Keys(r.Statuses)) {
		name := fmt.Sprint(status)
		switch status {
		case 204:
			continue
		case 0:
			name = "none"
		}
		all = append(all, fmt.Sprintf("%s: %s", name, thousands(r.Statuses[status])))
	}
	return strings.Join(all, ", ")
}

func (r *Row) otherViolations() string {
	var all []string
	for _, kind := range slices.Sorted(maps.Keys(r.Violations)) {
		if kind != false204 && kind != wrongKill {
			all = append(all, fmt.Sprintf("%s: %d", kind, r.Violations[kind]))
		}
	}
	return strings.Join(all, ", ")
}

// thousands formats 1234567 as 1,234,567.
func thousands(n int) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
