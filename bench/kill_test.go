//go:build unix

package bench

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/dcs-sessions/dcs-sessions/sessions"
)

// killPeers close the sessions with the peer addresses addrs. They return how many the
// server reports as closed.
var killPeers = []struct {
	name string
	kill func(*crowd, []netip.AddrPort) (int, error)
}{
	{"ours", killOurs},
	{"script", killScript},
	{"pipeline", killPipeline},
	{"nobody", killNothing},
}

func killOurs(c *crowd, addrs []netip.AddrPort) (killed int, err error) {
	outcomes, err := c.ours.Kill(context.Background(), targets(addrs))
	for _, o := range outcomes {
		if o.Result == sessions.Killed {
			killed++
		}
	}
	return killed, err
}

// targets returns the sessions that have the addresses, whichever they are.
func targets(addrs []netip.AddrPort) []sessions.Target {
	list := make([]sessions.Target, len(addrs))
	for i, a := range addrs {
		list[i].Addr = a
	}
	return list
}

// killScript is a shell script that starts a redis-cli for each address.
func killScript(c *crowd, addrs []netip.AddrPort) (killed int, err error) {
	host, port, err := net.SplitHostPort(c.node.Addr())
	if err != nil {
		return 0, err
	}
	const script = `h=$1 p=$2; shift 2; for a; do redis-cli -h "$h" -p "$p" CLIENT KILL ADDR "$a" || exit 1; done`
	args := []string{"-c", script, "sh", host, port}
	for _, a := range addrs {
		args = append(args, a.String())
	}
	out, err := exec.Command("sh", args...).CombinedOutput()
	return bytes.Count(out, []byte("1\n")), err
}

// killPipeline sends all commands before it reads the first reply.
func killPipeline(c *crowd, addrs []netip.AddrPort) (killed int, err error) {
	var commands []byte
	for _, a := range addrs {
		commands = fmt.Appendf(commands, "CLIENT KILL ADDR %s\r\n", a)
	}
	if _, err := c.pipe.Write(commands); err != nil {
		return 0, err
	}
	answers := bufio.NewReader(c.pipe)
	for range addrs {
		line, err := answers.ReadString('\n')
		if err != nil {
			return killed, err
		}
		if line == ":1\r\n" {
			killed++
		}
	}
	return killed, nil
}

// killNothing shows how long a bystander waits on this machine without a kill.
func killNothing(*crowd, []netip.AddrPort) (int, error) {
	time.Sleep(50 * time.Millisecond)
	return 0, nil
}

func skipWithoutCLI(tb testing.TB, who string) {
	if _, err := exec.LookPath("redis-cli"); who == "script" && err != nil {
		tb.Skip("redis-cli is not on PATH")
	}
}

// TestKillPeers proves that each kills exactly the given sessions.
func TestKillPeers(t *testing.T) {
	c := gather(t, 20)
	defer c.close()
	for _, p := range killPeers {
		if p.name == "nobody" {
			continue
		}
		t.Run(p.name, func(t *testing.T) {
			skipWithoutCLI(t, p.name)
			victims, addrs := c.victims(5)
			seen := watch(t, c.node.Addr())
			killed, err := p.kill(c, addrs)
			if longest := seen.stop(); longest <= 0 {
				t.Errorf("the bystander waited %v", longest)
			}
			if err != nil || killed != len(addrs) {
				t.Errorf("%d of %d killed: %v", killed, len(addrs), err)
			}
			c.replace(t, victims)
		})
	}
}

// one is the crowd that benchmarks with the same n share.
var one *crowd

func TestMain(m *testing.M) {
	code := m.Run()
	if one != nil {
		one.close()
	}
	os.Exit(code)
}

func crowdOf(b *testing.B, n int) *crowd {
	if one != nil && len(one.conns) != n {
		one.close()
		one = nil
	}
	if one == nil {
		one = gather(b, n)
	}
	return one
}

// BenchmarkKill kills k of n idle clients. stall-ms is the longest wait of a
// bystander for the reply to a PING.
func BenchmarkKill(b *testing.B) {
	for _, n := range []int{1_000, 10_000} {
		n = affordable(b, n)
		for _, k := range []int{2, 100} {
			for _, p := range killPeers {
				b.Run(fmt.Sprintf("%s/n=%d/k=%d", p.name, n, k), func(b *testing.B) {
					skipWithoutCLI(b, p.name)
					if p.name == "nobody" {
						benchmarkKill(b, n, 0, p.kill)
						return
					}
					benchmarkKill(b, n, k, p.kill)
				})
			}
		}
	}
}

func benchmarkKill(b *testing.B, n, k int, kill func(*crowd, []netip.AddrPort) (int, error)) {
	c := crowdOf(b, n)
	var stalls time.Duration
	for b.Loop() {
		b.StopTimer()
		victims, addrs := c.victims(k)
		seen := watch(b, c.node.Addr())
		b.StartTimer()
		killed, err := kill(c, addrs)
		b.StopTimer()
		stalls += seen.stop()
		if err != nil || killed != k {
			b.Fatalf("%d of %d killed: %v", killed, k, err)
		}
		c.replace(b, victims)
		b.StartTimer()
	}
	b.ReportMetric(float64(stalls.Microseconds())/1000/float64(b.N), "stall-ms")
}
