//go:build unix

package bench

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/dcs-sessions/dcs-sessions/server"
)

// A way is a way to do the steps. prepare lists the sessions for a kill of some.
type way struct {
	name    string
	does    func(step) bool
	prepare func() error
	do      func(step) error
}

// An operator uses the typed client, with signed requests. The server validates
// both directions and records in a file.
type operator struct {
	client *client.Client
	shown  []client.Session
	logf   func(format string, args ...any)
}

func overAPI(tb testing.TB, c *crowd) way {
	audit, err := os.Create(filepath.Join(tb.TempDir(), "audit"))
	require.NoError(tb, err)
	tb.Cleanup(func() { audit.Close() })
	api := serveAPI(tb, c.node.Addr(), server.Options{
		Auth:   server.Auth{AccessKeys: []server.AccessKey{{Name: "ops", AccessKey: key.AccessKeyID, SecretKeyEnv: "SK", Projects: []string{"*"}}}},
		Getenv: func(string) string { return key.SecretKey },
		Audit:  audit,
	})
	o := &operator{logf: tb.Logf}
	o.client, err = client.New(api, client.Options{Credentials: client.AccessKey(key)})
	require.NoError(tb, err)
	return way{
		name:    "API",
		does:    func(s step) bool { return s.ours != nil },
		prepare: o.all,
		do:      func(s step) error { return s.ours(o) },
	}
}

func (o *operator) wait() error {
	time.Sleep(time.Second / 2)
	return nil
}

func (o *operator) first() error { return o.list(10, 10) }

func (o *operator) all() error { return o.list(0, -1) }

func (o *operator) allByTen() error { return o.list(10, -1) }

// list keeps the sessions of the pages until it has enough.
func (o *operator) list(some, enough int) error {
	o.shown = o.shown[:0]
	for session, err := range o.client.Instance(project, instance).List(context.Background(), nodeID, client.ListOptions{Limit: some, Scanned: true}) {
		if err != nil {
			return err
		}
		if o.shown = append(o.shown, session); len(o.shown) == enough {
			break
		}
	}
	return nil
}

func (o *operator) killLeaky() error {
	var leaky []client.Target
	for _, session := range o.shown {
		if session.Name == "leaky" {
			leaky = append(leaky, session.Target())
		}
	}
	_, err := o.client.Instance(project, instance).Kill(context.Background(), nodeID, leaky)
	return err
}

func (o *operator) killAll() error {
	id, err := o.client.Instance(project, instance).KillAll(context.Background(), nodeID)
	if err != nil {
		return err
	}
	job, err := o.client.Instance(project, "").WaitJob(context.Background(), id, nil)
	if err == nil {
		o.logf("the job: from %d to %d ms", job.Began.UnixMilli(), job.Ended.UnixMilli())
	}
	return err
}

// byHand is a shell with redis-cli. In its directory, the file list has a list.
func byHand(tb testing.TB, c *crowd) way {
	host, port, err := net.SplitHostPort(c.node.Addr())
	require.NoError(tb, err)
	dir := tb.TempDir()
	sh := func(command string) error {
		command = strings.ReplaceAll(command, "redis-cli", "redis-cli -h "+host+" -p "+port)
		cmd := exec.Command("sh", "-c", command)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w: %s", command, err, out)
		}
		return nil
	}
	return way{
		name:    "by hand",
		does:    func(s step) bool { return s.hand != "" },
		prepare: func() error { return sh("redis-cli CLIENT LIST > list") },
		do:      func(s step) error { return sh(s.hand) },
	}
}
