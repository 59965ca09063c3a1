package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A selection is what a filter makes of the sessions that there are. JSON has
// its counts.
type selection struct {
	Sessions  int `json:"sessions"`
	Matched   int `json:"matched"`    // of these, those that can be killed
	Protected int `json:"protected"`  // that match, but are never killed
	NoAddress int `json:"no_address"` // that match, but have neither an address nor an id to be killed by

	chosen, spared []session // those that are counted as Matched, and the others that match
}

// choose sorts the sessions by node and id.
func choose(all []session, matches filter) *selection {
	c := &selection{Sessions: len(all)}
	for i := range all {
		switch s := &all[i]; {
		case !matches(s):
			continue
		case s.protection() != "":
			c.Protected++
			c.spared = append(c.spared, *s)
		case s.target().IsZero():
			c.NoAddress++
			c.spared = append(c.spared, *s)
		default:
			c.chosen = append(c.chosen, *s)
		}
	}
	c.Matched = len(c.chosen)
	sortSessions(c.chosen, nil, false)
	sortSessions(c.spared, nil, false)
	return c
}

func (c *selection) String() string {
	verb := "match"
	if c.Matched == 1 {
		verb = "matches"
	}
	text := fmt.Sprintf("%d of %s %s", c.Matched, plural(c.Sessions, "session"), verb)
	if more := c.why(); more != "" {
		text += "; " + more
	}
	return text
}

// why says which of those that match cannot be killed, and why.
func (c *selection) why() string {
	counts := map[string]int{}
	for i := range c.spared {
		counts[c.spared[i].protection()]++
	}
	var texts []string
	for protection, n := range counts {
		switch {
		case protection == "":
			texts = append(texts, fmt.Sprintf("%d without an address and an id", n))
		case reasons[protection] == "":
			texts = append(texts, fmt.Sprintf("%d %s", n, clean(protection)))
		default:
			texts = append(texts, fmt.Sprintf("%d %s (%s)", n, protection, reasons[protection]))
		}
	}
	if texts == nil {
		return ""
	}
	slices.Sort(texts)
	return fmt.Sprintf("%d more cannot be killed: %s", len(c.spared), strings.Join(texts, ", "))
}

// complaint is the error for a kill that had to leave out some that match.
func (c *selection) complaint() error {
	if len(c.spared) == 0 {
		return nil
	}
	return errors.New(c.why() + "; --filter protected=false leaves the protected ones out")
}
