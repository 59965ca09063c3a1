//go:build unix

package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	dcssessions "github.com/dcs-sessions/dcs-sessions"

	"github.com/dcs-sessions/dcs-sessions/internal/logtest"
)

func TestSIGHUPReadsTheContractAgain(t *testing.T) {
	file := filepath.Join(t.TempDir(), "contract.yaml")
	require.NoError(t, os.WriteFile(file, dcssessions.Contract(), 0o600))
	ctx, stop := context.WithCancel(t.Context())
	var log logtest.Buffer
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"proxy", "--upstream", "http://127.0.0.1:1", "--listen", "127.0.0.1:0", "--contract", file},
			func(string) string { return "" }, stdio{in: strings.NewReader(""), out: &bytes.Buffer{}, err: &log})
	}()
	says := func(text string) {
		t.Helper()
		require.Eventually(t, func() bool { return strings.Contains(log.String(), text) }, 20*time.Second, time.Millisecond, "%s", &log)
	}
	says(`"msg":"listening"`)
	require.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGHUP))
	says(`"msg":"contract loaded"`)
	require.NoError(t, os.WriteFile(file, []byte("nope"), 0o600))
	require.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGHUP))
	says(`"msg":"the new contract cannot be used, the old one stays in use"`)
	stop()
	assert.Equal(t, exitOK, <-ended)
}
