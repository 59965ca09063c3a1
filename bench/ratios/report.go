package main

import (
	"fmt"
	"strings"
	"time"
)

// report returns the tables of a family that has a base.
func (s *samples) report(f family) string {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s: time**, as a multiple of `%s` in the same round: median (least–most).\n\n", f.name, f.base)
	b.WriteString(s.table(f.name, func(who, kase string) string {
		if who == f.base {
			median, ok := s.of(f.name, who, kase, "ns/op")
			return cell(ok, "%s", duration(median.median))
		}
		ratio, ok := s.ratio(f.name, who, f.base, kase, "ns/op")
		return cell(ok, "%s (%s–%s)", number(ratio.median), number(ratio.least), number(ratio.most))
	}))
	fmt.Fprintf(&b, "**%s: allocations**, as a multiple of `%s`, and how many.\n\n", f.name, f.base)
	b.WriteString(s.table(f.name, func(who, kase string) string {
		count, ok := s.of(f.name, who, kase, "allocs/op")
		if who == f.base {
			return cell(ok, "%.0f", count.median)
		}
		ratio, ok := s.ratio(f.name, who, f.base, kase, "allocs/op")
		return cell(ok, "%s; %.0f", number(ratio.median), count.median)
	}))
	return b.String()
}

// reportKill returns the tables of the family Kill.
func (s *samples) reportKill() string {
	var b strings.Builder
	b.WriteString("**Kill: time** of one call: median (least–most).\n\n")
	b.WriteString(s.table("Kill", func(who, kase string) string {
		t, ok := s.of("Kill", who, kase, "ns/op")
		ok = ok && who != "nobody"
		return cell(ok, "%s (%s–%s)", duration(t.median), duration(t.least), duration(t.most))
	}))
	b.WriteString("**Kill: longest stall** of a bystander while it lasts, in ms. `nobody` is 50 ms without a kill.\n\n")
	b.WriteString(s.table("Kill", func(who, kase string) string {
		t, ok := s.of("Kill", who, kase, "stall-ms")
		return cell(ok, "%s (%s–%s)", number(t.median), number(t.least), number(t.most))
	}))
	return b.String()
}

// table returns a table with a row for each program and a column for each case.
func (s *samples) table(family string, text func(who, kase string) string) string {
	var b strings.Builder
	b.WriteString("| |")
	for _, kase := range s.kases[family] {
		fmt.Fprintf(&b, " %s |", strings.ReplaceAll(kase, "/", ", "))
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(s.kases[family])) + "\n")
	for _, who := range s.whos[family] {
		fmt.Fprintf(&b, "| %s |", who)
		for _, kase := range s.kases[family] {
			fmt.Fprintf(&b, " %s |", text(who, kase))
		}
		b.WriteByte('\n')
	}
	b.WriteByte('\n')
	return b.String()
}

func cell(ok bool, format string, args ...any) string {
	if !ok {
		return "–"
	}
	return fmt.Sprintf(format, args...)
}

// number returns v with as many digits as are significant.
func number(v float64) string {
	switch {
	case v < 0.995:
		return fmt.Sprintf("%.2f", v)
	case v < 9.95:
		return fmt.Sprintf("%.1f", v)
	default:
		return fmt.Sprintf("%.0f", v)
	}
}

func duration(ns float64) string {
	d := time.Duration(ns)
	switch {
	case d < 10*time.Microsecond:
		return fmt.Sprintf("%.1f µs", ns/1e3)
	case d < time.Millisecond:
		return fmt.Sprintf("%.0f µs", ns/1e3)
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.1f ms", ns/1e6)
	case d < time.Second:
		return fmt.Sprintf("%.0f ms", ns/1e6)
	default:
		return fmt.Sprintf("%.1f s", ns/1e9)
	}
}
