package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/dcs-sessions/dcs-sessions/client/clienttest"
)

func TestAScreenIsCutToTheTerminal(t *testing.T) {
	t.Parallel()
	text := "head\n\n" + strings.Repeat("0123456789\n", 20)
	drawn := screen(text, 5, 6)
	assert.Equal(t, home+
		"head"+clearLine+"\n"+clearLine+"\n0123…"+clearLine+"\n0123…"+clearLine+"\n… 18…"+clearLine+"\n"+clearRest, drawn)
	assert.LessOrEqual(t, strings.Count(drawn, "\n"), 5, "the last line stays free for the cursor")
	assert.Contains(t, screen(text, 0, 0), strings.Repeat("0123456789"+clearLine+"\n", 20), "without a size nothing is cut")
	assert.NotContains(t, screen("a\nb\n", 80, 4), "more")
}

// watched runs list --watch until the number of scans is reached.
func watched(t *testing.T, api *clienttest.Server, scans int, terminal bool, args ...string) (code int, stdout, stderr string) {
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		for ctx.Err() == nil && len(api.Scans()) <= scans {
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	args = append([]string{"list", "--node", "a", "--watch", "--interval", "20ms"}, args...)
	return called(ctx, terminal, on(api, args...)...)
}

func TestWatchEndsWithCtrlCAndExitCode0(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := watched(t, twoNodes(t), 3, true)
	assert.Equal(t, exitOK, code)
	assert.Empty(t, stderr)
	assert.GreaterOrEqual(t, strings.Count(stdout, home), 3)
	assert.Contains(t, stdout, "  2 sessions  (every 20ms until Ctrl-C)"+clearLine)
	assert.Contains(t, stdout, "leaky-1")

	code, stdout, _ = watched(t, twoNodes(t), 3, false, "-o", "table")
	assert.Equal(t, exitOK, code)
	assert.NotContains(t, stdout, "\x1b", "without a terminal the lists follow each other")
	assert.GreaterOrEqual(t, strings.Count(stdout, "leaky-1"), 3)

	_, stdout, _ = watched(t, twoNodes(t), 3, true, "-o", "json")
	assert.NotContains(t, stdout, "\x1b")
	assert.GreaterOrEqual(t, strings.Count(stdout, "]\n["), 2)
}

func TestWatchEndsOnlyIfTheFirstListFails(t *testing.T) {
	t.Parallel()
	api := twoNodes(t)
	api.FailNextOf(clienttest.ScanClients, 1, 401, "DCS.1001", "Invalid token.")
	code, stdout, stderr := watched(t, api, 100, true)
	assert.Equal(t, exitFailed, code)
	assert.Empty(t, stdout)
	assert.Contains(t, stderr, "401 DCS.1001")

	api = twoNodes(t)
	go func() {
		for len(api.Scans()) == 0 {
			time.Sleep(time.Millisecond)
		}
		api.FailNextOf(clienttest.ScanClients, 1, 500, "DCS.5000", "Oops.")
	}()
	code, stdout, _ = watched(t, api, 6, true)
	assert.Equal(t, exitOK, code)
	if assert.Contains(t, stdout, "500 DCS.5000: Oops.") {
		_, after, _ := strings.Cut(stdout, "Oops.")
		assert.Contains(t, after, "leaky-1")
	}
}
