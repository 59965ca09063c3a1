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

// A binary is the compiled benchmarks.
type binary struct {
	dir string // of its own, under the system's temporary one
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

// run runs the sub-benchmarks that pattern names, once each.
func (b *binary) run(ctx context.Context, pattern, benchtime string) ([]result, error) {
	cmd := exec.CommandContext(ctx, b.path(), "-test.run", "^$", "-test.bench", pattern,
		"-test.benchtime", benchtime, "-test.benchmem", "-test.count", "1",
		"-test.v") // without it nobody hears why something is skipped
	out, err := cmd.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("benchmark %s: %w\n%s", pattern, err, out)
	}
	for line := range bytes.Lines(out) {
		if bytes.HasPrefix(line, []byte("    ")) { // what a benchmark has to say
			fmt.Fprintf(b.log, "%s", line)
		}
	}
	return parse(string(out))
}

// interleaved measures the chosen families, Kill apart. Those that are compared,
// of one family and case, run next to each other.
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

// turned returns list from another start each round, and every second time
// backwards, so that nobody always runs after the same other.
func turned(list []result, round int) []result {
	start := round / 2 % len(list)
	list = slices.Concat(list[start:], list[:start])
	if round%2 == 1 {
		slices.Reverse(list)
	}
	return list
}

// kills measures what is named Kill: one kill each a round, all of them next to
// each other on servers that stay.
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

// pattern matches this one sub-benchmark.
func (r result) pattern() string {
	parts := append([]string{"Benchmark" + r.family, r.who}, strings.Split(r.kase, "/")...)
	for i, p := range parts {
		parts[i] = "^" + regexp.QuoteMeta(p) + "$"
	}
	return strings.Join(parts, "/")
}
