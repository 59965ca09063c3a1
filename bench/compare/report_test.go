package main

import (
	"strings"
	"testing"
)

func someRows() []row {
	return []row{
		{Contract: "a", Case: "well", Ours: passes, Prism: verdict{Is: passes}},
		{Contract: "a", Case: "it's", Ours: request, Rules: "type", Prism: verdict{Is: passes}},
		{Contract: "b", Case: "x|y", Ours: passes, Prism: verdict{Is: broken, Why: "its process ends"}},
		{Contract: "b", Case: "bad", Ours: response, Prism: verdict{Is: response}},
	}
}

const someJudgements = `
reasons: {r: &r 'because | of it'}
judgements:
  - {contract: a, case: 'it''s', ours: request, prism: passes, right: Prism, why: *r}
  - {contract: b, case: x|y, ours: passes, prism: breaks, right: ours, why: *r}
`

func TestEachDifferenceIsJudged(t *testing.T) {
	all, err := decodeJudgements([]byte(someJudgements))
	if err != nil {
		t.Fatal(err)
	}
	rows := someRows()
	if stubs, err := all.apply(rows); err != nil || stubs != "" {
		t.Fatalf("%v\n%s", err, stubs)
	}
	text := report(rows, "Prism 1", []edit{{Contract: "a", Old: "o", New: "n", Why: "so."}})
	for _, want := range []string{
		"Prism 1.\n\n", "Prism gets the contract `a` with `n` for `o`: so.\n",
		"| a | 2 | 1 | 1 | 0 | 0 | 0 |\n| b | 2 | 1 | 0 | 0 | 0 | 1 |\n| **all** | 4 | 2 | 1 | 0 | 0 | 1 |\n",
		"Of the 2 differences, ours is right by the specifications in 1, Prism in 1, and 0 are open.",
		"| a | it's | refuses the request: type | passes | Prism | because \\| of it |\n",
		"| b | x\\|y | passes | breaks: its process ends | ours | because \\| of it |\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
}

func TestAJudgementHoldsForWhatWasJudged(t *testing.T) {
	rows := func(change func(r []row)) []row {
		r := someRows()
		change(r)
		return r
	}
	for name, one := range map[string]struct {
		rows []row
		stub bool
	}{
		"a difference that is gone":         {rows(func(r []row) { r[1].Prism.Is = request }), false},
		"a case that is gone":               {someRows()[:2], false},
		"a difference that is new":          {rows(func(r []row) { r[3].Prism.Is = passes }), true},
		"a verdict of Prism's that changed": {rows(func(r []row) { r[1].Prism.Is = broken }), true},
		"a verdict of ours that changed":    {rows(func(r []row) { r[1].Ours = response }), true},
	} {
		all, _ := decodeJudgements([]byte(someJudgements))
		stubs, err := all.apply(one.rows)
		if err == nil || (stubs != "") != one.stub {
			t.Errorf("%s: %v, %q", name, err, stubs)
		}
	}
	all, _ := decodeJudgements([]byte("judgements: []"))
	stubs, _ := all.apply(someRows())
	if want := "  - {contract: a, case: 'it''s', ours: request, prism: passes, right: , why: }\n"; !strings.Contains(stubs, want) {
		t.Errorf("%s", stubs)
	}
}

func TestAJudgementIsWhole(t *testing.T) {
	for name, text := range map[string]string{
		"nobody":        "judgements: [{contract: a, case: b, why: c}]",
		"somebody else": "judgements: [{contract: a, case: b, right: kin, why: c}]",
		"no reason":     "judgements: [{contract: a, case: b, right: ours}]",
		"twice":         "judgements: [{contract: a, case: b, right: ours, why: c}, {contract: a, case: b, right: open, why: c}]",
		"a stub":        "judgements:\n  - {contract: a, case: b, ours: passes, prism: breaks, right: , why: }",
		"unknown":       "judgements: [{contract: a, case: b, right: ours, why: c, who: me}]",
	} {
		if _, err := decodeJudgements([]byte(text)); err == nil {
			t.Error(name, "is no error")
		}
	}
}

// The judgements that are committed are read without Prism.
func TestJudgementsAreRead(t *testing.T) {
	all, err := readJudgements("judgements.yaml")
	if err != nil {
		t.Fatal(err)
	}
	verdicts := map[string]bool{}
	for _, v := range short {
		verdicts[v] = true
	}
	for _, j := range all.List {
		if !verdicts[j.Ours] || !verdicts[j.Prism] || j.Ours == j.Prism {
			t.Errorf("%s / %s: ours %q, prism %q", j.Contract, j.Case, j.Ours, j.Prism)
		}
	}
}

func TestAValidatorThatDoesNothingIsNoComparison(t *testing.T) {
	if err := works(someRows()); err == nil {
		t.Error("it agrees on no refused request, and that is no error")
	}
	if err := works(someRows()[3:]); err != nil {
		t.Error(err)
	}
}
