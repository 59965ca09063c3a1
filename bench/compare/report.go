package main

import (
	"fmt"
	"strings"
)

// A summary counts verdicts.
type summary struct {
	cases, agree int
	lets         int // Prism lets pass what we refuse
	refuses      int // Prism refuses what we let pass
	other        int // both refuse, one the request and one the response
	broken       int
}

func summarize(rows []row) summary {
	var s summary
	for _, r := range rows {
		s.cases++
		switch {
		case !r.differs():
			s.agree++
		case r.Prism.Is == broken:
			s.broken++
		case r.Prism.Is == passes:
			s.lets++
		case r.Ours == passes:
			s.refuses++
		default:
			s.other++
		}
	}
	return s
}

func (s summary) String() string {
	return fmt.Sprintf("%d cases, %d agree, Prism lets %d more pass, refuses %d more, %d elsewhere, breaks on %d",
		s.cases, s.agree, s.lets, s.refuses, s.other, s.broken)
}

func differences(rows []row) []row {
	var list []row
	for _, r := range rows {
		if r.differs() {
			list = append(list, r)
		}
	}
	return list
}

// report returns all tables. about says what was compared.
func report(rows []row, about string, edits []edit) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s.\n\n", about)
	for _, e := range edits {
		fmt.Fprintf(&b, "Prism gets the contract `%s` with `%s` for `%s`: %s\n\n", e.Contract, e.New, e.Old, strings.TrimSpace(e.Why))
	}
	b.WriteString("| contract | cases | agree | Prism lets pass what we refuse | Prism refuses what we let pass | both refuse, in other directions | Prism breaks |\n|---|---|---|---|---|---|---|\n")
	line := func(name string, of []row) {
		s := summarize(of)
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %d | %d | %d |\n", name, s.cases, s.agree, s.lets, s.refuses, s.other, s.broken)
	}
	for _, part := range byContract(rows) {
		line(part[0].Contract, part)
	}
	line("**all**", rows)

	right := map[string]int{}
	list := differences(rows)
	for _, r := range list {
		right[r.Right]++
	}
	fmt.Fprintf(&b, "\nOf the %d differences, ours is right by the specifications in %d, Prism in %d, and %d are open.\n\n",
		len(list), right["ours"], right["Prism"], right["open"])
	b.WriteString("| contract | case | ours | Prism | right | why |\n|---|---|---|---|---|---|\n")
	for _, r := range list {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", cell(r.Contract), cell(r.Case), cell(r.ours()), cell(r.Prism.String()), cell(r.Right), cell(r.Reason))
	}
	b.WriteByte('\n')
	return b.String()
}

// byContract splits rows by contract. They are in that order.
func byContract(rows []row) [][]row {
	var list [][]row
	for i := range rows {
		if i == 0 || rows[i].Contract != rows[i-1].Contract {
			list = append(list, nil)
		}
		list[len(list)-1] = append(list[len(list)-1], rows[i])
	}
	return list
}

// cell escapes text for a cell of a table.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ", "<", "&lt;", "*", `\*`, "_", `\_`).Replace(text)
}
