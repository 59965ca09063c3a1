package localnode_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
)

const parentEnv = "LOCALNODE_TEST_PARENT"

// TestMain lets the test binary act as a program that starts a server and never
// closes it.
func TestMain(m *testing.M) {
	binary := os.Getenv(parentEnv)
	if binary == "" {
		os.Exit(m.Run())
	}
	started := make(chan string)
	go func() { // it ends before the program does
		p, err := localnode.StartProcess(context.Background(), binary)
		if err != nil {
			panic(err)
		}
		started <- p.Addr()
	}()
	fmt.Println(<-started)
	select {}
}

func TestTheServerEndsWithTheProgram(t *testing.T) {
	binary := localnode.Find()
	if binary == "" {
		t.Skip("no server on PATH")
	}
	parent := exec.CommandContext(t.Context(), os.Args[0])
	parent.Env = append(os.Environ(), parentEnv+"="+binary, "TMPDIR="+t.TempDir())
	out, err := parent.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, parent.Start())
	addr, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	s := redistest.Dial(t, strings.TrimSpace(addr), "")
	pid := processID(t, s)

	time.Sleep(100 * time.Millisecond)
	assert.True(t, s.Open(), "the server runs while the program does")
	require.NoError(t, parent.Process.Kill())
	_ = parent.Wait()
	assert.True(t, s.Closed())
	assert.Eventually(t, func() bool { return !alive(pid) || zombie(pid) }, 2*time.Second, 10*time.Millisecond)
}

func TestCtrlCDoesNotReachTheServer(t *testing.T) {
	p := redistest.Start(t)
	pid := processID(t, redistest.Dial(t, p.Addr(), ""))
	group, err := syscall.Getpgid(pid)
	require.NoError(t, err)
	assert.Equal(t, pid, group)
}

// zombie reports whether the process has ended and is not reaped. The init process
// reaps orphans, not this one.
func zombie(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && strings.Contains(string(stat), ") Z ")
}
