package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
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
		t.Error("a name of one part is no error")
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
	text := report(s, "", 3, 3, "100ms")
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

func TestInsertKeepsTheRest(t *testing.T) {
	file := filepath.Join(t.TempDir(), "README.md")
	os.WriteFile(file, []byte("before\n"+beginMark+"\nold\n"+endMark+"\nafter\n"), 0o644)
	if err := insert(file, "new\n"); err != nil {
		t.Fatal(err)
	}
	got, _ := os.ReadFile(file)
	if want := "before\n" + beginMark + "\n\nnew\n" + endMark + "\nafter\n"; string(got) != want {
		t.Errorf("%q", got)
	}
	os.WriteFile(file, []byte("no markers"), 0o644)
	if insert(file, "new") == nil {
		t.Error("a file without markers is no error")
	}
}
