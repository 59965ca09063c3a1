package main

import "fmt"

// A selection counts what a filter makes of the sessions that there are.
type selection struct {
	Sessions  int `json:"sessions"`
	Matched   int `json:"matched"`    // of these, those that may be killed
	Protected int `json:"protected"`  // that match, but must live
	NoAddress int `json:"no_address"` // that match, but have no ip:port to be killed by
}

func (c *selection) String() string {
	verb := "match"
	if c.Matched == 1 {
		verb = "matches"
	}
	text := fmt.Sprintf("%d of %s %s", c.Matched, plural(c.Sessions, "session"), verb)
	if c.Protected > 0 {
		text += fmt.Sprintf(", %d more must live (replication, Sentinel, the server's own)", c.Protected)
	}
	if c.NoAddress > 0 {
		text += fmt.Sprintf(", %d more without an address to be killed by", c.NoAddress)
	}
	return text
}

// choose returns the sessions to kill, by node and id.
func choose(all []session, matches filter) ([]session, *selection) {
	counts := &selection{Sessions: len(all)}
	var chosen []session
	for i := range all {
		switch s := &all[i]; {
		case !matches(s):
		case s.isProtected():
			counts.Protected++
		case !s.peer().IsValid():
			counts.NoAddress++
		default:
			chosen = append(chosen, *s)
		}
	}
	counts.Matched = len(chosen)
	sortSessions(chosen, nil, false)
	return chosen, counts
}
