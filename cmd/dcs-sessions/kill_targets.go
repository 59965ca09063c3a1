package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/dcs-sessions/dcs-sessions/internal/filter"
)

// A given session is one that the command line names: by its address, or by its
// id.
type given struct{ addr, id string }

func (n given) target() client.Target {
	if n.id != "" {
		return client.ID(n.id)
	}
	return client.Addr(n.addr)
}

func (n given) is(s *session) bool {
	if n.id != "" {
		return s.ID == n.id
	}
	return s.peer().IsValid() && s.peer() == filter.ParseAddrPort(n.addr)
}

func (n given) result(r string) killResult { return killResult{Address: n.addr, ID: n.id, Result: r} }

// readGiven returns what the arguments and --id name, each once, with standard
// input in the place of "-". What is no address or id is refused.
func readGiven(args, ids []string, in io.Reader) ([]given, error) {
	var all []given
	for _, arg := range args {
		if arg != "-" {
			all = append(all, given{addr: arg})
			continue
		}
		words := bufio.NewScanner(in)
		words.Split(bufio.ScanWords)
		for words.Scan() {
			all = append(all, given{addr: words.Text()})
		}
		if err := words.Err(); err != nil {
			return nil, usagef("read the addresses: %w", err)
		}
	}
	for _, n := range all {
		if err := checkAddress(n.addr); err != nil {
			return nil, err
		}
	}
	for _, id := range ids {
		if !isSessionID(id) {
			return nil, usagef("--id %q is not the id of a session, which is a number: see the ID column of 'list'", id)
		}
		all = append(all, given{id: id})
	}
	if len(all) == 0 {
		return nil, usagef("there are no addresses on standard input")
	}
	seen := map[given]bool{}
	return slices.DeleteFunc(all, func(n given) bool {
		twice := seen[n]
		seen[n] = true
		return twice
	}), nil
}

// isSessionID reports whether text is a number from 1, without leading zeros.
func isSessionID(text string) bool {
	n, ok := parseInt(text)
	return ok && n > 0 && strconv.FormatInt(n, 10) == text
}

// checkAddress refuses what the contract does not take for an address.
func checkAddress(text string) error {
	peer := filter.ParseAddrPort(text)
	if peer.IsValid() && strings.HasSuffix(text, ":"+strconv.Itoa(int(peer.Port()))) {
		return nil
	}
	hint := "to kill by name, use --filter 'name=…'"
	if _, err := netip.ParseAddr(text); err == nil {
		hint = "to kill all sessions of an IP, use --filter 'peer=…'"
	} else if isSessionID(text) {
		hint = "to kill by id, use --id"
	}
	return usagef("%q is not an address, ip:port or [ip6]:port, as the PEER column of 'list' has it; %s", text, hint)
}

// previewGiven tells which of the given are connected.
func previewGiven(ctx context.Context, a *api, nodes []string, all []given, std stdio) error {
	there, _, err := a.sessions(ctx, nodes)
	if err != nil {
		return err
	}
	var report killReport
	connected, excluded := 0, 0
	for _, n := range all {
		i := slices.IndexFunc(there, func(s session) bool { return n.is(&s) })
		switch {
		case i < 0:
			report.Results = append(report.Results, n.result(notConnected))
			continue
		case there[i].protection() != "":
			excluded++
			report.Results = append(report.Results, excludedResult(&there[i]))
		default:
			report.Results = append(report.Results, resultFor(&there[i], wouldBeKilled))
		}
		connected++
	}
	if err := report.show(std, a, false); err != nil {
		return err
	}
	if a.json {
		return nil
	}
	fmt.Fprintf(std.out, "\n%d of %s connected; nothing was killed\n", connected, plural(len(all), "session"))
	if excluded > 0 {
		fmt.Fprintf(std.out, "the kill would be refused: %d protected\n", excluded)
	}
	return nil
}

// killGiven kills the sessions, and shows what became of each.
func killGiven(ctx context.Context, a *api, nodes []string, all []given, std stdio) error {
	targets := make([]client.Target, len(all))
	for i, n := range all {
		targets[i] = n.target()
	}
	outcome, err := a.Kill(ctx, a.project, a.instance, nodes[0], targets...)
	shown := a.explain(err)
	if isUsage(shown) {
		return shown
	}
	report := killReport{Error: callErrorOf(shown)}
	for i, n := range all {
		report.Results = append(report.Results, n.result(string(outcome.Results[i])))
	}
	if isRefused(err) {
		a.findProtected(ctx, nodes, all, report.Results)
	}
	return join(report.show(std, a, false), shown)
}

// findProtected says why a kill was refused: it looks which of the given are
// protected. A look that fails leaves the results as they are.
func (a *api) findProtected(ctx context.Context, nodes []string, all []given, results []killResult) {
	there, _, err := a.sessions(ctx, nodes)
	if err != nil {
		return
	}
	for i, n := range all {
		for j := range there {
			if n.is(&there[j]) && there[j].protection() != "" && results[i].Result == string(client.NotKilled) {
				results[i].Result, results[i].Protection = protected, there[j].protection()
			}
		}
	}
}
