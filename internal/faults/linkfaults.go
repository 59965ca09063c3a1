package faults

import (
	"time"
)

const (
	toNode   = "upstream"   // commands from the server
	fromNode = "downstream" // replies of the node
)

var linkFaults = []Fault{
	{Name: "slow link", What: "each packet is delayed by up to 400 ms, with jitter", Link: true, Run: repeatedly(func(a *Testbed) error {
		latency := 20 + a.random.IntN(180)
		return addToxic(a, "latency", fromNode, map[string]int{"latency": latency, "jitter": latency})
	})},
	{Name: "narrow link", What: "the bandwidth of the link is 20 to 200 KB/s", Link: true, Run: repeatedly(func(a *Testbed) error {
		return addToxic(a, "bandwidth", fromNode, map[string]int{"rate": 20 + a.random.IntN(180)})
	})},
	{Name: "cut link", What: "the link closes after some bytes, within a command or a reply", Link: true, Run: repeatedly(func(a *Testbed) error {
		return addToxic(a, "limit_data", a.direction(), map[string]int{"bytes": a.random.IntN(20_000)})
	})},
	{Name: "reset link", What: "the link's connections are reset", Link: true, Run: repeatedly(func(a *Testbed) error {
		return addToxic(a, "reset_peer", a.direction(), map[string]int{"timeout": a.random.IntN(50)})
	})},
	{Name: "link times out", What: "data is dropped, and the link closes a little later", Link: true, Run: repeatedly(func(a *Testbed) error {
		return addToxic(a, "timeout", a.direction(), map[string]int{"timeout": 50 + a.random.IntN(1000)})
	})},
	{Name: "half-open to the node", What: "commands are dropped, and no connection is closed", Link: true, Run: repeatedly(func(a *Testbed) error {
		return addToxic(a, "timeout", toNode, map[string]int{"timeout": 0})
	})},
	{Name: "half-open from the node", What: "replies are dropped, and no connection is closed", Link: true, Run: repeatedly(func(a *Testbed) error {
		return addToxic(a, "timeout", fromNode, map[string]int{"timeout": 0})
	})},
	{Name: "link refuses", What: "connections are closed, and new ones are refused", Link: true, Run: repeatedly(func(a *Testbed) error {
		a.link.refuse()
		time.Sleep(a.hold())
		return a.link.accept()
	})},
}

func (a *Testbed) direction() string { return []string{toNode, fromNode}[a.random.IntN(2)] }

// addToxic disturbs the link for a while.
func addToxic(a *Testbed, toxic, stream string, attributes map[string]int) error {
	err := a.link.addToxic(toxic, stream, attributes)
	if err == nil {
		time.Sleep(a.hold())
		a.link.removeToxics()
	}
	return err
}
