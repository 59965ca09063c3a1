package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"slices"
)

// readAddrs returns the arguments, each once, with standard input in the place
// of "-".
func readAddrs(args []string, in io.Reader) ([]string, error) {
	var addrs []string
	for _, arg := range args {
		if arg != "-" {
			addrs = append(addrs, arg)
			continue
		}
		words := bufio.NewScanner(in)
		words.Split(bufio.ScanWords)
		for words.Scan() {
			addrs = append(addrs, words.Text())
		}
		if err := words.Err(); err != nil {
			return nil, usagef("read the addresses: %w", err)
		}
	}
	if len(addrs) == 0 {
		return nil, usagef("there are no addresses on standard input")
	}
	seen := map[string]bool{}
	return slices.DeleteFunc(addrs, func(a string) bool {
		twice := seen[a]
		seen[a] = true
		return twice
	}), nil
}

// previewAddrs tells which of the addresses are connected.
func previewAddrs(ctx context.Context, a *api, nodes, addrs []string, std stdio) error {
	for _, addr := range addrs {
		if !parsePeer(addr).IsValid() {
			return usagef("%q is not ip:port or [ip6]:port", addr)
		}
	}
	all, err := a.sessions(ctx, nodes)
	if err != nil {
		return err
	}
	var report killReport
	connected, protected := 0, 0
	for _, addr := range addrs {
		result := killResult{Address: addr, Result: "not connected"}
		for i := range all {
			if all[i].peer() != parsePeer(addr) {
				continue
			}
			connected++
			result = resultFor(&all[i], "would be killed")
			if all[i].isProtected() {
				protected++
				result.Result = "protected"
			}
			break
		}
		report.Results = append(report.Results, result)
	}
	if err := report.show(std, a, false); err != nil {
		return err
	}
	if a.json {
		return nil
	}
	fmt.Fprintf(std.out, "\n%d of %s connected; nothing was killed\n", connected, plural(len(addrs), "peer"))
	if protected > 0 {
		fmt.Fprintf(std.out, "the kill would be refused: %d must live\n", protected)
	}
	return nil
}
