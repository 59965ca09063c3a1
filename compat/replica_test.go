package compat

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
)

// startPair starts a primary and its replica; link is the replica's link.
func startPair(t *testing.T) (primary, replica *localnode.Process, link func() string) {
	t.Helper()
	primary = redistest.Start(t, "--repl-diskless-sync-delay", "0")
	host, port, _ := strings.Cut(primary.Addr(), ":")
	replica = redistest.Start(t, "--replicaof", host, port)
	link = func() string {
		admin := redistest.Dial(t, primary.Addr(), "")
		defer admin.Close()
		links := do(t, admin, "CLIENT", "LIST", "TYPE", "replica")
		id, _, _ := strings.Cut(links, " ")
		return id
	}
	admin := redistest.Dial(t, replica.Addr(), "")
	defer admin.Close()
	require.Eventually(t, func() bool {
		return strings.Contains(do(t, admin, "INFO", "replication"), "master_link_status:up") && link() != ""
	}, 20*time.Second, 10*time.Millisecond)
	return primary, replica, link
}
