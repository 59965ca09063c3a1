package faults

import (
	"time"
)

const (
	toNode   = "upstream"   // what the server sends
	fromNode = "downstream" // what the node answers
)

var linkFaults = []Fault{
	{Name: "slow link", What: "each packet takes up to 400 ms more, with jitter", Link: true, Run: again(func(a *Arena) error {
		latency := 20 + a.random.IntN(180)
		return spoil(a, "latency", fromNode, map[string]int{"latency": latency, "jitter": latency})
	})},
	{Name: "narrow link", What: "the link carries 20 to 200 KB/s", Link: true, Run: again(func(a *Arena) error {
		return spoil(a, "bandwidth", fromNode, map[string]int{"rate": 20 + a.random.IntN(180)})
	})},
	{Name: "torn link", What: "the link breaks after some bytes, within a command or a reply", Link: true, Run: again(func(a *Arena) error {
		return spoil(a, "limit_data", a.direction(), map[string]int{"bytes": a.random.IntN(20_000)})
	})},
	{Name: "reset link", What: "the link's connections are reset", Link: true, Run: again(func(a *Arena) error {
		return spoil(a, "reset_peer", a.direction(), map[string]int{"timeout": a.random.IntN(50)})
	})},
	{Name: "link times out", What: "what is sent vanishes, and the link breaks a little later", Link: true, Run: again(func(a *Arena) error {
		return spoil(a, "timeout", a.direction(), map[string]int{"timeout": 50 + a.random.IntN(1000)})
	})},
	{Name: "half-open to the node", What: "commands vanish, and no connection is closed", Link: true, Run: again(func(a *Arena) error {
		return spoil(a, "timeout", toNode, map[string]int{"timeout": 0})
	})},
	{Name: "half-open from the node", What: "replies vanish, and no connection is closed", Link: true, Run: again(func(a *Arena) error {
		return spoil(a, "timeout", fromNode, map[string]int{"timeout": 0})
	})},
	{Name: "link refuses", What: "connections are closed, and new ones refused", Link: true, Run: again(func(a *Arena) error {
		a.link.refuse()
		time.Sleep(a.hold())
		return a.link.accept()
	})},
}

func (a *Arena) direction() string { return []string{toNode, fromNode}[a.random.IntN(2)] }

// spoil spoils the link for a while.
func spoil(a *Arena, toxic, stream string, attributes map[string]int) error {
	err := a.link.spoil(toxic, stream, attributes)
	if err == nil {
		time.Sleep(a.hold())
		a.link.mend()
	}
	return err
}
