package faults

import (
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"time"
)

// Document returns the report as a file, with an explanation of the tables.
func (r *Report) Document() string {
	var b strings.Builder
	total := r.Total()
	b.WriteString("# Kills under faults\n\n")
	b.WriteString("`make faults` writes this file. `FAULTS_SEED` repeats the order and duration of the failures, and `REDISTEST_SERVERS`\nlists more servers than those on PATH.\n\n")
	fmt.Fprintf(&b, "%s addresses and ids under a 204, each checked on the node itself: **%d false 204, %d wrong kills**, %d other violations.\n",
		thousands(total.Checked), total.Violations[false204], total.Violations[wrongKill], r.others())
	fmt.Fprintf(&b, "%s; callers kill %d sessions of each; %.0f minutes on %d cores; seed %d; %s.\n\n",
		strings.Join(r.kinds(), ", "), r.Options.Sessions, r.took.Minutes(), runtime.NumCPU(), r.Options.Seed, r.begun.Format(time.DateOnly))
	b.WriteString(r.Markdown())
	for _, text := range r.Violations() {
		fmt.Fprintf(&b, "\n- %s", text)
	}
	b.WriteString(method)
	b.WriteString("\n## The faults\n\n| fault | what happens repeatedly | back after |\n|---|---|--:|\n")
	for _, row := range r.sorted() {
		fmt.Fprintf(&b, "| %s | %s | %.1f s |\n", row.Fault, row.What, row.Back.Seconds())
	}
	b.WriteString("\n\"Back after\" is the longest time from the end of the fault until kills succeed on both nodes of the configuration.")
	for _, row := range r.sorted() {
		if row.Stop > 0 {
			fmt.Fprintf(&b, "\n%q: the longest time from SIGTERM to the end of the server was %.1f s.", row.Fault, row.Stop.Seconds())
		}
	}
	b.WriteString("\n\n## The errors that callers receive\n\n| response | times |\n|---|--:|\n")
	for _, text := range slices.SortedFunc(maps.Keys(total.Errors), func(a, b string) int { return total.Errors[b] - total.Errors[a] }) {
		fmt.Fprintf(&b, "| %s | %s |\n", text, thousands(total.Errors[text]))
	}
	return b.String()
}

// others returns the number of violations other than false 204s and wrong kills.
func (r *Report) others() (n int) {
	for kind, k := range r.Total().Violations {
		if kind != false204 && kind != wrongKill {
			n += k
		}
	}
	for _, h := range r.ResourceChange {
		n += len(h.Leaks)
	}
	return n
}

// kinds returns the servers with their versions.
func (r *Report) kinds() (all []string) {
	for _, h := range r.ResourceChange {
		all = append(all, h.Kind)
	}
	slices.Sort(all)
	return all
}

const method = `
## What is checked, and how

The built command serves a node and its replica. It has a configuration file, tokens, access keys, an audit file and an
ACL user with the rights that it needs. Up to 32 callers kill at the same time: one address, up to 10,000 addresses,
listed addresses (with and without a scan), and ids, with and without the Go client. Some callers do not wait for the
response, and some name a protected session. The clients of the node connect again from the same local port whenever
their session ends, and half of them also close sessions themselves. So most addresses soon belong to another session.

Each session has a unique name, which distinguishes the session that a caller meant from a later one at its address.

- **False 204**: After a 204 the checker lists the sessions on its own connection to the node. A session is still
  connected that the caller had listed, or that was at the address before the request if the caller had listed none.
- **Wrong kill**: The node closed a session that no request meant. A listed address means only the listed session.
  Sessions that no caller kills and protected sessions count too.
- **Wrong label**: The label of an entry in X-Kill-Outcome (killed, gone, replaced) differs from what its session saw.
- **Wrong audit**: The audit file has no outcome or another one than the response, or it has an intent without an
  outcome although the server was not killed.
- **Too slow**: A response took over 10 s, or the server took over 10 s to end after SIGTERM.
- **No reason**: An error does not say in words what the node did, or it shows an address or internals.
- **Lost link**: The connection of the replica was closed.
- **Not back**: Kills do not succeed within 15 s after the end of a fault.
- **Panic**: The log of the server has a panic.
- **Leak**: The server has clearly more memory, threads, descriptors or goroutines after the faults than before, or its
  log has a secret.

Two cases are not counted as wrong: a session that ended with its node, and the kill of a later session at a listed
address after the server was started again, because then it has no listing. After a 500 or without a response, a kill
may still happen until the end of the round, because a stopped node later runs the commands that it received before.

The checker is tested against a server with each of these faults: internal/faults/checker_test.go. ` + "`go test`" + ` there
runs each fault for half a second.
`
