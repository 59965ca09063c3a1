package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/dcs-sessions/dcs-sessions/bench/internal/marked"
)

const (
	checkRuns = 3   // a figure fails if it is too high in each of them
	slower    = 2.0 // times the stored median: machines are noisy
	more      = 1.1 // times the stored allocations, which hardly vary
)

// A figure is the entry of one program and case in the tables of a family.
type figure struct {
	who, kase string
	ratio     float64 // of its time to the base's, median
	allocs    float64
}

// isOurs reports whether who runs code of this repository. The other programs' figures
// fail no check.
func isOurs(who string) bool {
	return strings.HasPrefix(who, "ours") || who == "validated" || who == "verify"
}

var ratioAndCount = regexp.MustCompile(`^([\d.]+)(?:; (\d+)| \(.*\))$`)

// stored reads the figures of f that are ours from the tables in text.
func stored(text string, f family) ([]figure, error) {
	begin, end := marked.Lines(f.name, command)
	_, rest, _ := strings.Cut(text, begin)
	tables, _, ok := strings.Cut(rest, end)
	if !ok {
		return nil, fmt.Errorf("the two markers of %s are not there", f.name)
	}
	var kases []string
	var figures []figure
	for line := range strings.Lines(tables) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if !strings.HasPrefix(line, "|") || strings.HasPrefix(line, "|---") {
			continue
		}
		who, cells := strings.TrimSpace(cells[0]), cells[1:]
		if who == "" {
			kases = cells
			continue
		}
		for i, cell := range cells {
			parts := ratioAndCount.FindStringSubmatch(strings.TrimSpace(cell))
			if !isOurs(who) || parts == nil || i >= len(kases) {
				continue
			}
			kase := strings.ReplaceAll(strings.TrimSpace(kases[i]), ", ", "/")
			at := slices.IndexFunc(figures, func(g figure) bool { return g.who == who && g.kase == kase })
			if at < 0 {
				at = len(figures)
				figures = append(figures, figure{who: who, kase: kase})
			}
			if parts[2] != "" {
				figures[at].allocs, _ = strconv.ParseFloat(parts[2], 64)
			} else {
				figures[at].ratio, _ = strconv.ParseFloat(parts[1], 64)
			}
		}
	}
	if len(figures) == 0 {
		return nil, fmt.Errorf("the tables of %s have no figure of ours", f.name)
	}
	return figures, nil
}

// tooHigh reports whether got is worse than want by more than noise explains.
func tooHigh(got, want figure) bool {
	return got.ratio >= slower*want.ratio || got.allocs > more*want.allocs+1
}

// figure returns what was measured of who in kase.
func (s *samples) figure(f family, who, kase string) (figure, bool) {
	ratio, ok := s.ratio(f.name, who, f.base, kase, "ns/op")
	allocs, ok2 := s.of(f.name, who, kase, "allocs/op")
	return figure{who, kase, ratio.median, allocs.median}, ok && ok2
}

// check measures the chosen families and compares our figures with those stored in file.
// It measures a family with a figure that is too high again, and fails only if one was
// too high in each of checkRuns runs.
func (b *binary) check(ctx context.Context, file string, chosen []family, rounds int, benchtime string, stdout io.Writer) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var failed []string
	for _, f := range chosen {
		if f.isKill() {
			continue // its tables have no ratios
		}
		want, err := stored(string(text), f)
		if err != nil {
			return err
		}
		for run := 1; run <= checkRuns && len(want) > 0; run++ {
			s := newSamples()
			if err := b.interleaved(ctx, s, []family{f}, rounds, benchtime); err != nil {
				return err
			}
			if want, err = s.compare(stdout, f, want); err != nil {
				return err
			}
		}
		for _, w := range want {
			failed = append(failed, fmt.Sprintf("%s %s %s", f.name, w.who, w.kase))
		}
	}
	if len(failed) > 0 {
		return fmt.Errorf("%d figures are too high in %d of %d runs: %s", len(failed), checkRuns, checkRuns, strings.Join(failed, ", "))
	}
	return nil
}

// compare prints the measured figures next to want, and returns those of want that were
// exceeded.
func (s *samples) compare(w io.Writer, f family, want []figure) (exceeded []figure, err error) {
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintf(table, "%s\tcase\ttime ÷ %s\tstored\tallocations\tstored\t\n", f.name, f.base)
	for _, stored := range want {
		got, ok := s.figure(f, stored.who, stored.kase)
		if !ok {
			return nil, fmt.Errorf("%s %s %s is stored, and was not measured", f.name, stored.who, stored.kase)
		}
		mark := ""
		if tooHigh(got, stored) {
			mark = "too high"
			exceeded = append(exceeded, stored)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%.0f\t%.0f\t%s\n", got.who, got.kase, number(got.ratio), number(stored.ratio), got.allocs, stored.allocs, mark)
	}
	fmt.Fprintln(table)
	return exceeded, table.Flush()
}
