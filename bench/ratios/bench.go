package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// A binary is the test binary with the benchmarks.
type binary struct {
	dir string // temporary
	log io.Writer
}

func build(ctx context.Context) (*binary, error) {
	dir, err := os.MkdirTemp("", "ratios-")
	if err != nil {
		return nil, err
	}
	b := &binary{dir: dir}
	if out, err := exec.CommandContext(ctx, "go", "test", "-c", "-o", b.path(), ".").CombinedOutput(); err != nil {
		b.remove()
		return nil, fmt.Errorf("compile the benchmarks: %w\n%s", err, out)
	}
	return b, nil
}

func (b *binary) path() string { return filepath.Join(b.dir, "bench.test") }

func (b *binary) remove() { os.RemoveAll(b.dir) }

// run runs each sub-benchmark that matches pattern once.
func (b *binary) run(ctx context.Context, pattern, benchtime string) ([]result, error) {
	cmd := exec.CommandContext(ctx, b.path(), "-test.run", "^$", "-test.bench", pattern,
		"-test.benchtime", benchtime, "-test.benchmem", "-test.count", "1",
		"-test.v") // prints why a benchmark is skipped
	out, err := cmd.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("benchmark %s: %w\n%s", pattern, err, out)
	}
	for line := range bytes.Lines(out) {
		if bytes.HasPrefix(line, []byte("    ")) { // the log of a benchmark
			fmt.Fprintf(b.log, "%s", line)
		}
	}
	return parse(string(out))
}

// interleaved measures the chosen families except Kill. The sub-benchmarks that are
// compared, of one family and case, run one after the other.
func (b *binary) interleaved(ctx context.Context, s *samples, chosen []family, rounds int, benchtime string) error {
	var names []string
	for _, f := range chosen {
		if !f.isKill() {
			names = append(names, f.name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	all, err := b.run(ctx, "^Benchmark("+strings.Join(names, "|")+")$", "1x")
	if err != nil {
		return err
	}
	groups := map[string][]result{}
	var order []string
	for _, r := range all {
		key := r.family + "/" + r.kase
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], r)
	}
	for round := range rounds {
		fmt.Fprintf(b.log, "round %d of %d\n", round+1, rounds)
		for _, key := range order {
			for _, one := range turned(groups[key], round) {
				got, err := b.run(ctx, one.pattern(), benchtime)
				if err != nil {
					return err
				}
				s.add(round, got...)
			}
		}
	}
	return nil
}

// turned returns list from another start in each round, and backwards in every second
// one, so that no sub-benchmark always runs after the same other one.
func turned(list []result, round int) []result {
	start := round / 2 % len(list)
	list = slices.Concat(list[start:], list[:start])
	if round%2 == 1 {
		slices.Reverse(list)
	}
	return list
}

// kills measures the family Kill: in each round one kill of each kind, one after the
// other, on servers that keep running.
func (b *binary) kills(ctx context.Context, s *samples, rounds int) error {
	for round := range rounds {
		fmt.Fprintf(b.log, "kills, round %d of %d\n", round+1, rounds)
		got, err := b.run(ctx, "^BenchmarkKill$", "1x")
		if err != nil {
			return err
		}
		s.add(round, got...)
	}
	return nil
}

// pattern returns a pattern that matches only this sub-benchmark.
func (r result) pattern() string {
	parts := append([]string{"Benchmark" + r.family, r.who}, strings.Split(r.kase, "/")...)
	for i, p := range parts {
		parts[i] = "^" + regexp.QuoteMeta(p) + "$"
	}
	return strings.Join(parts, "/")
}
