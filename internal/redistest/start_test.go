package redistest

import (
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/fakeredis"
	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
)

func TestStartWithoutAServerSkips(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	t.Setenv("CI", "")
	assert.Equal(t, "skip: no redis-server or valkey-server on PATH", outcome(t))
}

func TestStartWithoutAServerFailsInCI(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	t.Setenv("CI", "true")
	assert.Equal(t, "fatal: no redis-server or valkey-server on PATH", outcome(t))
}

func TestStartStopsTheServerAtTheEnd(t *testing.T) {
	var addr string
	t.Run("inner", func(t *testing.T) {
		p := Start(t, "--databases", "3")
		addr = p.Addr()
		s := Dial(t, addr, "inner")
		_, err := s.Do("SELECT", "3")
		assert.EqualError(t, err, "ERR DB index is out of range", "the args take effect")
	})
	if addr == "" {
		t.Skip("no server on PATH")
	}
	_, err := net.Dial("tcp", addr)
	assert.Error(t, err)
}

func TestDialClosesAtTheEnd(t *testing.T) {
	node, err := fakeredis.Start()
	require.NoError(t, err)
	defer node.Close()
	var s *Session
	t.Run("inner", func(t *testing.T) { s = Dial(t, node.Addr(), "inner") })
	assert.False(t, s.Open())
	assert.ErrorIs(t, s.Close(), net.ErrClosed)
}

func TestEachRunsEveryKindOnce(t *testing.T) {
	binary := localnode.Find()
	if binary == "" {
		t.Skip("no server on PATH")
	}
	dir := t.TempDir()
	for _, name := range localnode.Binaries {
		require.NoError(t, os.Symlink(binary, dir+"/"+name))
	}
	other := dir + "/other"
	require.NoError(t, os.WriteFile(other, []byte("#!/bin/sh\nexec "+binary+" \"$@\"\n"), 0o755))
	t.Setenv("PATH", dir)
	t.Setenv(serversEnv, other+string(os.PathListSeparator)+binary)
	var kinds []string
	Each(t, func(t *testing.T, node localnode.Node) {
		kinds = append(kinds, node.Kind())
		assert.Equal(t, strings.ReplaceAll(node.Kind(), " ", "_"), strings.Split(strings.Split(t.Name(), "/")[1], "#")[0])
		assert.True(t, Dial(t, node.Addr(), "").Open())
	})
	require.Len(t, kinds, 3, "the fake, the one server with two names, and the other")
	assert.Equal(t, "embedded node", kinds[0])
	assert.Equal(t, kinds[1], kinds[2])

}

func TestEachWithoutAServerFailsInCI(t *testing.T) {
	if os.Getenv("REDISTEST_EACH_IN_CI") != "" {
		Each(t, func(*testing.T, localnode.Node) {})
		return
	}
	// Each needs a *testing.T, so that the failure is that of another process.
	for _, ci := range []string{"", "true"} {
		cmd := exec.Command(os.Args[0], "-test.run", "^TestEachWithoutAServerFailsInCI$", "-test.v")
		cmd.Env = append(os.Environ(), "REDISTEST_EACH_IN_CI=1", "PATH="+t.TempDir(), serversEnv+"=", "CI="+ci)
		out, err := cmd.CombinedOutput()
		if ci == "" {
			assert.NoError(t, err, "%s", out)
			assert.Contains(t, string(out), "not tested, because they are not on PATH: redis-server, valkey-server")
		} else {
			assert.Error(t, err)
			assert.Contains(t, string(out), noServer)
		}
	}
}

// A recorder is a testing.TB that records how it ended.
type recorder struct {
	testing.TB
	ended string
}

func (r *recorder) Helper()           {}
func (r *recorder) Skip(args ...any)  { r.end("skip: ", args) }
func (r *recorder) Fatal(args ...any) { r.end("fatal: ", args) }

func (r *recorder) end(how string, args []any) {
	r.ended = how + args[0].(string)
	runtime.Goexit()
}

func outcome(t *testing.T) string {
	r := &recorder{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		Start(r)
	}()
	<-done
	return r.ended
}
