package fleet_test

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/fleet"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
)

func TestCheckReportsEveryProblem(t *testing.T) {
	server, other := redistest.Start(t), redistest.Start(t)
	locked := redistest.Start(t, "--requirepass", "s3cret")
	reader := redistest.Start(t, "--user", "reader", "on", "nopass", "-@all", "+client|list", "+client|id")
	down := redistest.Start(t)
	require.NoError(t, down.Close())
	_, port, _ := net.SplitHostPort(server.Addr())
	_, otherPort, _ := net.SplitHostPort(other.Addr())

	f, err := fleet.New(fleet.Options{Projects: []fleet.Project{
		{ID: "p", Instances: []fleet.Instance{
			{ID: "good", Nodes: []fleet.NodeConfig{{ID: "a", Address: server.Addr()}, {ID: "b", Address: other.Addr()}}},
			{ID: "bad", Nodes: []fleet.NodeConfig{
				{ID: "locked", Address: locked.Addr()}, {ID: "down", Address: down.Addr()}, {ID: "reader", Address: reader.Addr(), Username: "reader", PasswordEnv: "ANY"},
			}},
			{ID: "empty"},
		}},
		{ID: "q", Instances: []fleet.Instance{{ID: "twice", Nodes: []fleet.NodeConfig{
			{ID: "same", Address: "[::ffff:127.0.0.1]:" + port}, {ID: "alias", Address: "localhost:" + otherPort},
		}}}},
	}, Getenv: func(string) string { return "any" }})
	require.NoError(t, err)
	defer f.Close()

	var got []string
	for _, p := range f.Check(t.Context()) {
		assert.Equal(t, p.Node == "" || strings.Contains(p.Message, " the same "), p.Warning, p.String())
		got = append(got, p.String())
	}
	assert.Equal(t, []string{
		"project p, instance bad, node locked: the node requires a password",
		"project p, instance bad, node down: the node's host refuses the connection: nothing listens on the port",
		"project p, instance bad, node reader: the node's user may not run CLIENT KILL",
		"project p, instance empty: the instance has no nodes",
		"project q, instance twice, node same: the node has the same address as project p, instance good, node a",
		"project q, instance twice, node alias: the node is the same server as project p, instance good, node b",
	}, got)
}

func TestCheckOfAHealthyFleetReportsNothing(t *testing.T) {
	f, err := fleet.New(fleet.Options{Projects: []fleet.Project{{ID: "p", Instances: []fleet.Instance{{ID: "i", Nodes: []fleet.NodeConfig{
		{ID: "a", Address: redistest.Start(t).Addr()}, {ID: "b", Address: redistest.Start(t).Addr()},
	}}}}}})
	require.NoError(t, err)
	defer f.Close()
	assert.Empty(t, f.Check(t.Context()))
}

// A password file may change while the program runs.
func TestARotatedPasswordIsReadAgain(t *testing.T) {
	server := redistest.Start(t, "--requirepass", "old")
	file := filepath.Join(t.TempDir(), "password")
	require.NoError(t, os.WriteFile(file, []byte("old\n"), 0o600))
	f, err := fleet.New(fleet.Options{Projects: one(func(n *fleet.NodeConfig) { n.Address, n.PasswordFile = server.Addr(), file })})
	require.NoError(t, err)
	defer f.Close()
	require.Empty(t, f.Check(t.Context()))

	admin := redistest.Dial(t, server.Addr(), "")
	for _, command := range [][]string{{"AUTH", "old"}, {"CONFIG", "SET", "requirepass", "new"}, {"CLIENT", "KILL", "TYPE", "normal"}} {
		_, err := admin.Do(command...)
		require.NoError(t, err)
	}
	require.Eventually(t, func() bool {
		problems := f.Check(t.Context())
		return len(problems) == 1 && problems[0].Message == "the node rejects the user name and the password"
	}, 10*time.Second, 10*time.Millisecond)
	require.NoError(t, os.WriteFile(file, []byte("new\n"), 0o600))
	require.Eventually(t, func() bool { return len(f.Check(t.Context())) == 0 }, 10*time.Second, 10*time.Millisecond)
}
