package faults

import (
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"time"
)

// Document returns the file that the tables stand in.
func (r *Report) Document() string {
	var b strings.Builder
	total := r.Total()
	b.WriteString("# Kills under faults\n\n")
	b.WriteString("Made by `make faults`, where `FAULTS_SEED` repeats what failed when, and `REDISTEST_SERVERS` lists more servers\nthan those on PATH.\n\n")
	fmt.Fprintf(&b, "%s addresses and ids under a 204, each checked on the node itself: **%d false 204, %d wrong kills**, %d other breaches.\n",
		thousands(total.Checked), total.Breaches[falseDone], total.Breaches[wrongKill], r.others())
	fmt.Fprintf(&b, "%s; %d sessions of each for callers to kill; %.0f minutes on %d cores; seed %d; %s.\n\n",
		strings.Join(r.kinds(), ", "), r.Options.Sessions, r.took.Minutes(), runtime.NumCPU(), r.Options.Seed, r.begun.Format(time.DateOnly))
	b.WriteString(r.Markdown())
	for _, text := range r.Breaches() {
		fmt.Fprintf(&b, "\n- %s", text)
	}
	b.WriteString(method)
	b.WriteString("\n## The faults\n\n| fault | what happens, again and again | back after |\n|---|---|--:|\n")
	for _, row := range r.sorted() {
		fmt.Fprintf(&b, "| %s | %s | %.1f s |\n", row.Fault, row.What, row.Back.Seconds())
	}
	b.WriteString("\n\"Back after\" is the longest from the fault's end until kills succeed again on both ways to the node, the calls before it included.")
	for _, row := range r.sorted() {
		if row.Stop > 0 {
			fmt.Fprintf(&b, "\n%q: the longest from SIGTERM to the server's end was %.1f s.", row.Fault, row.Stop.Seconds())
		}
	}
	b.WriteString("\n\n## What callers are told\n\n| answer | times |\n|---|--:|\n")
	for _, text := range slices.SortedFunc(maps.Keys(total.Told), func(a, b string) int { return total.Told[b] - total.Told[a] }) {
		fmt.Fprintf(&b, "| %s | %s |\n", text, thousands(total.Told[text]))
	}
	return b.String()
}

// others returns how many breaches there are of the other kinds.
func (r *Report) others() (n int) {
	for kind, k := range r.Total().Breaches {
		if kind != falseDone && kind != wrongKill {
			n += k
		}
	}
	for _, h := range r.Held {
		n += len(h.Leaks)
	}
	return n
}

// kinds returns the servers, with their versions.
func (r *Report) kinds() (all []string) {
	for _, h := range r.Held {
		all = append(all, h.Kind)
	}
	slices.Sort(all)
	return all
}

const method = `
## What is checked, and how

The built command serves a node and its replica, with a configuration file, tokens, access keys, an audit file and
an ACL user that has no more rights than needed. Up to 32 callers kill at the same time: one address, up to 10,000
addresses, addresses that were listed (with and without a scan), ids, by the Go client and by hand; some do not wait
for the answer, some name a protected session. The clients of the node come back from the same local port whenever
their session ends, and half of them also leave by themselves, so that most addresses soon belong to another session.

Each session has a name that is given once, so the session that a caller meant can be told from a newcomer.

- **A false 204**: after a 204 the judge lists the sessions on its own connection to the node. A session that the
  caller was shown, or that was at the address before the request where it was shown none, is still connected.
- **A wrong kill**: the node closed a session, and no request meant it. For an address that was listed that is any
  session but the one that was shown. Bystanders and protected sessions count too.
- **A wrong label**: what X-Kill-Outcome says of an entry (killed, gone, replaced) is not what its session saw.
- **A wrong audit**: the audit file has another outcome than the answer, none, or an intent without an outcome though
  the server was not killed.
- **Too slow**: an answer took over 10 s, or the server's end after SIGTERM.
- **No reason**: an error does not say in words what the node did, or shows an address or internals.
- **Lost link**: the replica's link was closed.
- **Not back**: kills do not succeed within 15 s after a fault is over.
- **Panic**: the server's log has one.
- **Leak**: the server holds well more memory, threads, descriptors or goroutines after the faults than before, or a
  secret is in its log.

Not counted as wrong: a session that ended with its node, and a newcomer at a listed address after the server itself
was started again, which forgets what it showed. After a 500 or no answer, a kill may still happen until the round
ends: a stopped node does later what it was sent before.

The judge is tested against a server that tells lies of each kind: internal/faults/judge_test.go. ` + "`go test`" + ` there
runs each fault for half a second.
`
