package main

import (
	"os"
	"strings"
	"testing"
)

func TestEachTableOfTheReadmeHasFiguresOfOurs(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.isKill() {
			continue
		}
		figures, err := stored(string(text), f)
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range figures {
			if g.ratio == 0 || g.allocs == 0 || g.kase == "" {
				t.Errorf("%s: %+v", f.name, g)
			}
		}
	}
}

func TestOnlyFiguresOfOursThatAreTooHighAreExceeded(t *testing.T) {
	f := family{name: "Request", base: "bare"}
	s := newSamples()
	results, err := parse(output) // ours takes 1.5 times as long, with 6 allocations
	if err != nil {
		t.Fatal(err)
	}
	s.add(0, results...)
	for name, test := range map[string]struct {
		stored   figure
		exceeded bool
	}{
		"the same":                  {figure{"ours", "n=2", 1.5, 6}, false},
		"slower, but not twice":     {figure{"ours", "n=2", 0.8, 6}, false},
		"twice as slow":             {figure{"ours", "n=2", 0.75, 6}, true},
		"faster, with fewer":        {figure{"ours", "n=2", 3, 60}, false},
		"one allocation more":       {figure{"ours", "n=2", 1.5, 5}, false},
		"more than a tenth and one": {figure{"ours", "n=2", 1.5, 4}, true},
	} {
		var out strings.Builder
		got, err := s.compare(&out, f, []figure{test.stored})
		if err != nil || (len(got) == 1) != test.exceeded || strings.Contains(out.String(), "too high") != test.exceeded {
			t.Errorf("%s: %v, %v\n%s", name, got, err, out.String())
		}
	}
	if _, err := s.compare(&strings.Builder{}, f, []figure{{"ours", "n=7", 1, 1}}); err == nil {
		t.Error("a stored figure that was not measured is no error")
	}
}

func TestTablesWithoutFiguresAreAnError(t *testing.T) {
	begin, end := "<!-- Verify: written by "+command+" -->", "<!-- /Verify -->"
	for _, text := range []string{"", begin, begin + "\n| | n=2 |\n| peer | 2.0 (1.0–3.0) |\n" + end} {
		if figures, err := stored(text, family{name: "Verify"}); err == nil {
			t.Errorf("%q: %v", text, figures)
		}
	}
}
