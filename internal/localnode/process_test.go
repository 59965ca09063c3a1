//go:build unix

package localnode_test

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
)

// eachProcess runs f on each real server.
func eachProcess(t *testing.T, f func(t *testing.T, p *localnode.Process)) {
	redistest.Each(t, func(t *testing.T, node localnode.Node) {
		if p, ok := node.(*localnode.Process); ok {
			f(t, p)
		}
	})
}

func TestCloseStopsTheProcessAndRemovesItsDirectory(t *testing.T) {
	eachProcess(t, func(t *testing.T, p *localnode.Process) {
		s := redistest.Dial(t, p.Addr(), "")
		dir := strings.Fields(redistest.Do(t, s, "CONFIG GET dir"))[1]
		pid := processID(t, s)
		require.NoError(t, p.Close())
		require.NoError(t, p.Close())
		assert.True(t, s.Closed())
		assert.NoDirExists(t, dir)
		assert.False(t, alive(pid))
		assert.Error(t, p.Restart(t.Context()), "a closed process stays closed")
	})
}

func TestRestartKeepsThePortAndChangesTheRunID(t *testing.T) {
	eachProcess(t, func(t *testing.T, p *localnode.Process) {
		addr := p.Addr()
		before := redistest.Dial(t, addr, "")
		runID := info(t, before, "run_id")
		require.NoError(t, p.Restart(t.Context()))
		assert.True(t, before.Closed())
		assert.Equal(t, addr, p.Addr())
		assert.NotEqual(t, runID, info(t, redistest.Dial(t, addr, ""), "run_id"))
	})
}

func TestAPausedServerAcceptsAndDoesNotReply(t *testing.T) {
	t.Parallel()
	eachProcess(t, func(t *testing.T, p *localnode.Process) {
		t.Parallel()
		s := redistest.Dial(t, p.Addr(), "")
		require.NoError(t, p.Pause())
		accepted, err := localnode.Dial(p.Addr(), "")
		require.NoError(t, err, "a paused server accepts")
		defer accepted.Close()
		assert.False(t, accepted.Open())
		assert.False(t, s.Closed())
		require.NoError(t, p.Resume())
		assert.True(t, s.Open())
		assert.True(t, accepted.Open())
	})
}

func TestAPausedProcessCanBeClosedAndRestarted(t *testing.T) {
	eachProcess(t, func(t *testing.T, p *localnode.Process) {
		require.NoError(t, p.Pause())
		require.NoError(t, p.Restart(t.Context()))
		assert.True(t, redistest.Dial(t, p.Addr(), "").Open())
		require.NoError(t, p.Pause())
		begun := time.Now()
		require.NoError(t, p.Close())
		assert.Less(t, time.Since(begun), 2*time.Second, "it was terminated, not killed")
	})
}

func TestKindIsTheVersionThatTheServerReports(t *testing.T) {
	eachProcess(t, func(t *testing.T, p *localnode.Process) {
		name, version, _ := strings.Cut(p.Kind(), " ")
		s := redistest.Dial(t, p.Addr(), "")
		field := map[string]string{"redis-server": "redis_version", "valkey-server": "valkey_version"}[name]
		assert.Equal(t, info(t, s, field), version)
	})
}

func TestAServerThatRequiresAPasswordIsReady(t *testing.T) {
	p := redistest.Start(t, "--requirepass", "secret")
	s := redistest.Dial(t, p.Addr(), "")
	_, err := s.Do("CLIENT", "LIST")
	assert.EqualError(t, err, "NOAUTH Authentication required.")
	assert.Equal(t, "OK", redistest.Do(t, s, "AUTH secret"))
}

func TestAClusterNodesBusPortIsFree(t *testing.T) {
	p := redistest.Start(t, "--cluster-enabled", "yes")
	assert.Contains(t, redistest.Do(t, redistest.Dial(t, p.Addr(), ""), "CLUSTER INFO"), "cluster_state:")
}

func TestAServerThatDoesNotStartIsAnErrorWithItsOutput(t *testing.T) {
	binary := localnode.Find()
	if binary == "" {
		t.Skip("no server on PATH")
	}
	t.Setenv("TMPDIR", t.TempDir())
	_, err := localnode.StartProcess(t.Context(), binary, "--no-such-option", "x")
	var failed *localnode.StartError
	require.ErrorAs(t, err, &failed)
	assert.Equal(t, binary, failed.Binary)
	assert.Contains(t, failed.Output, "Bad directive")
	assert.ErrorContains(t, err, "Bad directive")
	left, err := filepath.Glob(filepath.Join(os.TempDir(), "*"))
	require.NoError(t, err)
	assert.Empty(t, left, "the directory is removed")
}

func TestAMissingBinaryIsAnError(t *testing.T) {
	_, err := localnode.StartProcess(t.Context(), filepath.Join(t.TempDir(), "redis-server"))
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func TestAServerThatNeverRepliesIsKilled(t *testing.T) {
	silent := filepath.Join(t.TempDir(), "redis-server")
	pidFile := silent + ".pid"
	script := "#!/bin/sh\necho $$ >" + pidFile + "\necho starting\nexec sleep 60\n"
	require.NoError(t, os.WriteFile(silent, []byte(script), 0o755))
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	_, err := localnode.StartProcess(ctx, silent)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	assert.ErrorContains(t, err, "starting")
	pid, err := os.ReadFile(pidFile)
	require.NoError(t, err)
	assert.False(t, alive(number(t, strings.TrimSpace(string(pid)))))
}

func info(t *testing.T, s *redistest.Session, field string) string {
	t.Helper()
	for line := range strings.Lines(redistest.Do(t, s, "INFO server")) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok && key == field {
			return value
		}
	}
	t.Fatalf("INFO has no %q", field)
	return ""
}

func processID(t *testing.T, s *redistest.Session) int {
	t.Helper()
	return number(t, info(t, s, "process_id"))
}

func number(t *testing.T, text string) int {
	t.Helper()
	n, err := strconv.Atoi(text)
	require.NoError(t, err)
	return n
}

func alive(pid int) bool { return syscall.Kill(pid, 0) == nil }
