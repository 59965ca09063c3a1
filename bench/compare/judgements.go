package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"go.yaml.in/yaml/v4"
)

// A judgement says which verdict on a case is right. It is valid for the two verdicts it
// was made on: if one changes, it must be reviewed.
type judgement struct {
	Contract string `yaml:"contract"`
	Case     string `yaml:"case"`
	Ours     string `yaml:"ours"`  // passes, request, response: which is refused
	Prism    string `yaml:"prism"` // also breaks
	Right    string `yaml:"right"` // ours, Prism, open
	Why      string `yaml:"why"`   // with the section of the specification
}

// judgements is the content of judgements.yaml.
type judgements struct {
	Reasons map[string]string `yaml:"reasons"` // for the anchors alone
	Edits   []edit            `yaml:"edits"`
	List    []judgement       `yaml:"judgements"`
}

func readJudgements(file string) (*judgements, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	list, err := decodeJudgements(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return list, nil
}

func decodeJudgements(data []byte) (*judgements, error) {
	var file judgements
	if err := yaml.Load(data, &file, yaml.WithKnownFields(true)); err != nil {
		return nil, err
	}
	seen := map[[2]string]bool{}
	for _, j := range file.List {
		key := [2]string{j.Contract, j.Case}
		switch {
		case seen[key]:
			return nil, fmt.Errorf("%s / %s: judged twice", j.Contract, j.Case)
		case j.Right != "ours" && j.Right != "Prism" && j.Right != "open":
			return nil, fmt.Errorf("%s / %s: right is %q and not ours, Prism or open", j.Contract, j.Case, j.Right)
		case strings.TrimSpace(j.Why) == "":
			return nil, fmt.Errorf("%s / %s: no reason", j.Contract, j.Case)
		}
		seen[key] = true
	}
	return &file, nil
}

// short is a verdict in the form of judgements.yaml.
var short = map[string]string{passes: "passes", request: "request", response: "response", broken: "breaks"}

// apply adds each judgement to its row. The error lists the differences without a
// judgement, with stubs for them, and the judgements without a difference.
func (all *judgements) apply(rows []row) (stubs string, err error) {
	open := map[[2]string]judgement{}
	for _, j := range all.List {
		open[[2]string{j.Contract, j.Case}] = j
	}
	var missing []row
	for i := range rows {
		r := &rows[i]
		if !r.differs() {
			continue
		}
		key := [2]string{r.Contract, r.Case}
		j, ok := open[key]
		if !ok || j.Ours != short[r.Ours] || j.Prism != short[r.Prism.Is] {
			missing = append(missing, *r)
			continue
		}
		r.Right, r.Reason = j.Right, strings.TrimSpace(j.Why)
		delete(open, key)
	}
	var problems []error
	if len(missing) > 0 {
		var b strings.Builder
		b.WriteString("# Judge these in judgements.yaml:\n")
		for _, r := range missing {
			fmt.Fprintf(&b, "  # ours %s; Prism %s\n", r.ours(), r.Prism)
			fmt.Fprintf(&b, "  - {contract: %s, case: %s, ours: %s, prism: %s, right: , why: }\n",
				r.Contract, quote(r.Case), short[r.Ours], short[r.Prism.Is])
		}
		stubs = b.String()
		problems = append(problems, fmt.Errorf("%d differences have no judgement that holds", len(missing)))
	}
	for _, j := range all.List {
		if _, left := open[[2]string{j.Contract, j.Case}]; left {
			problems = append(problems, fmt.Errorf("%s / %s: judged, and there is no such difference", j.Contract, j.Case))
		}
	}
	return stubs, errors.Join(problems...)
}

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
