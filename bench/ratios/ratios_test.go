package main

import (
	"os"
	"strings"
	"testing"

	"github.com/dcs-sessions/dcs-sessions/bench/internal/marked"
)

const output = `goos: linux
BenchmarkRequest/bare/n=2-2         	 100	 200 ns/op	 10 B/op	 4 allocs/op
BenchmarkRequest/ours/n=2-2         	 100	 300 ns/op	 10 B/op	 6 allocs/op
BenchmarkKill/ours/n=10/k=2-2       	   1	 900 ns/op	 1.5 stall-ms
PASS
`

func TestParse(t *testing.T) {
	got, err := parse(output)
	if err != nil || len(got) != 3 {
		t.Fatalf("%v, %v", got, err)
	}
	if k := got[2]; k.family != "Kill" || k.who != "ours" || k.kase != "n=10/k=2" || k.values["stall-ms"] != 1.5 {
		t.Errorf("%+v", k)
	}
	if want := `^BenchmarkKill$/^ours$/^n=10$/^k=2$`; got[2].pattern() != want {
		t.Errorf("pattern %s, want %s", got[2].pattern(), want)
	}
	if _, err := parse("BenchmarkRequest-2 1 1 ns/op"); err == nil {
		t.Error("a name with one part is no error")
	}
}

// The machine slows down twofold in the second round, and the ratio stays.
func TestRatioIsTakenWithinARound(t *testing.T) {
	s := newSamples()
	for round, factor := range []float64{1, 2, 1} {
		results, _ := parse(output)
		for _, r := range results {
			r.values["ns/op"] *= factor
			s.add(round, r)
		}
	}
	if got, ok := s.ratio("Request", "ours", "bare", "n=2", "ns/op"); !ok || got != (spread{1.5, 1.5, 1.5}) {
		t.Errorf("%v", got)
	}
	text := s.report(family{name: "Request", base: "bare"}) + s.reportKill()
	for _, want := range []string{"| ours | 1.5 (1.5–1.5) |", "| ours | 1.5; 6 |", "| ours | 1.5 (1.5–1.5) |\n\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
}

func TestMedian(t *testing.T) {
	if got, _ := spreadOf([]float64{4, 1, 2, 3}); got != (spread{2.5, 1, 4}) {
		t.Errorf("%v", got)
	}
}

func TestTurnedPassesOverAll(t *testing.T) {
	list := []result{{who: "a"}, {who: "b"}, {who: "c"}}
	for round, want := range []string{"abc", "cba", "bca", "acb"} {
		got := ""
		for _, r := range turned(list, round) {
			got += r.who
		}
		if got != want {
			t.Errorf("round %d: %s, want %s", round, got, want)
		}
	}
}

func TestChoose(t *testing.T) {
	got, err := choose("Verify,Call")
	if err != nil || len(got) != 2 || got[0].name != "Verify" || got[1].base != "sdk" {
		t.Errorf("%v, %v", got, err)
	}
	if all, err := choose(""); err != nil || len(all) != len(families) {
		t.Errorf("%v, %v", all, err)
	}
	if _, err := choose("Calls"); err == nil {
		t.Error("an unknown family is no error")
	}
}

// README.md has a place for each family.
func TestEveryFamilyHasAPlace(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		begin, end := marked.Lines(f.name, command)
		if _, rest, ok := strings.Cut(string(text), begin); !ok || !strings.Contains(rest, end) {
			t.Errorf("README.md lacks the markers of %s", f.name)
		}
	}
}
