package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/dcs-sessions/dcs-sessions/internal/filter"
)

// A killTarget is a session on the command line, named by its address or its id.
type killTarget struct{ addr, id string }

func (t killTarget) target() client.Target {
	if t.id != "" {
		return client.ID(t.id)
	}
	return client.Addr(t.addr)
}

func (t killTarget) is(s *session) bool {
	if t.id != "" {
		return s.ID == t.id
	}
	return s.peer().IsValid() && s.peer() == filter.ParseAddrPort(t.addr)
}

func (t killTarget) result(r string) killResult {
	return killResult{Address: t.addr, ID: t.id, Result: r}
}

// readTargets returns the targets of the arguments and of --id, each once. It
// reads standard input in place of "-", and refuses what is not an address or id.
func readTargets(args, ids []string, in io.Reader) ([]killTarget, error) {
	var all []killTarget
	for _, arg := range args {
		if arg != "-" {
			all = append(all, killTarget{addr: arg})
			continue
		}
		words := bufio.NewScanner(in)
		words.Split(bufio.ScanWords)
		for words.Scan() {
			all = append(all, killTarget{addr: words.Text()})
		}
		if err := words.Err(); err != nil {
			return nil, usagef("read the addresses: %w", err)
		}
	}
	for _, t := range all {
		if err := checkAddress(t.addr); err != nil {
			return nil, err
		}
	}
	for _, id := range ids {
		if !isSessionID(id) {
			return nil, usagef("--id %q is not the id of a session, which is a number: see the ID column of 'list'", id)
		}
		all = append(all, killTarget{id: id})
	}
	if len(all) == 0 {
		return nil, usagef("there are no addresses on standard input")
	}
	seen := map[killTarget]bool{}
	return slices.DeleteFunc(all, func(t killTarget) bool {
		repeated := seen[t]
		seen[t] = true
		return repeated
	}), nil
}

// isSessionID reports whether text is a number from 1, without leading zeros.
func isSessionID(text string) bool {
	n, ok := parseInt(text)
	return ok && n > 0 && strconv.FormatInt(n, 10) == text
}

// checkAddress refuses what is not an address in the contract.
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
	return usagef("%q is not an address (ip:port or [ip6]:port, see the PEER column of 'list'); %s", text, hint)
}

// previewTargets prints which of the targets are connected.
func previewTargets(ctx context.Context, a *api, nodes []string, all []killTarget, std stdio) error {
	connected, _, err := a.sessions(ctx, nodes)
	if err != nil {
		return err
	}
	var report killReport
	found, excluded := 0, 0
	for _, t := range all {
		i := slices.IndexFunc(connected, func(s session) bool { return t.is(&s) })
		switch {
		case i < 0:
			report.Results = append(report.Results, t.result(notConnected))
			continue
		case connected[i].protection() != "":
			excluded++
			report.Results = append(report.Results, excludedResult(&connected[i]))
		default:
			report.Results = append(report.Results, resultFor(&connected[i], wouldBeKilled))
		}
		found++
	}
	if err := report.show(std, a, false); err != nil {
		return err
	}
	if a.json {
		return nil
	}
	fmt.Fprintf(std.out, "\n%d of %s connected; nothing was killed\n", found, plural(len(all), "session"))
	if excluded > 0 {
		fmt.Fprintf(std.out, "the kill would be refused: %d protected\n", excluded)
	}
	return nil
}

// killTargets kills the sessions and prints the result of each.
func killTargets(ctx context.Context, a *api, nodes []string, all []killTarget, std stdio) error {
	targets := make([]client.Target, len(all))
	for i, t := range all {
		targets[i] = t.target()
	}
	outcome, err := a.Kill(ctx, nodes[0], targets)
	shown := a.explain(err)
	if isUsage(shown) {
		return shown
	}
	report := killReport{Error: callErrorOf(shown)}
	for i, t := range all {
		report.Results = append(report.Results, t.result(string(outcome.Results[i])))
	}
	if errors.Is(err, client.ErrProtected) {
		a.findProtected(ctx, nodes, all, report.Results)
	}
	return join(report.show(std, a, false), shown)
}

// findProtected marks the targets that are protected, and for which the server
// refused the kill. If the list fails, the results stay as they are.
func (a *api) findProtected(ctx context.Context, nodes []string, all []killTarget, results []killResult) {
	connected, _, err := a.sessions(ctx, nodes)
	if err != nil {
		return
	}
	for i, t := range all {
		for j := range connected {
			if t.is(&connected[j]) && connected[j].protection() != "" && results[i].Result == string(client.NotKilled) {
				results[i].Result, results[i].Protection = protected, connected[j].protection()
			}
		}
	}
}
