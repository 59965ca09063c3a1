package demo_test

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/demo"
	"github.com/dcs-sessions/dcs-sessions/internal/logtest"
)

func TestTheDemoKillsExactlyTheLeakingSessions(t *testing.T) {
	var out, log logtest.Buffer
	require.NoError(t, demo.Run(t.Context(), demo.Options{Out: &out, Log: &log, Once: true}))
	assert.Equal(t, 3, count(&out, `(?m)^leaky-[123] +127\.0\.0\.1:\d+ +kill +closed$`))
	assert.Equal(t, 9, count(&out, `(?m)^[a-z0-9-]+ +127\.0\.0\.1:\d+ +- +open$`))
	assert.NotContains(t, out.String(), "DCS_TOKEN", "the demo that ends after the table has nothing to paste")
	assert.Empty(t, log.String())
}

func TestTheDemoServesUntilItsContextEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var out, log logtest.Buffer
	ended := make(chan error, 1)
	go func() { ended <- demo.Run(ctx, demo.Options{Out: &out, Log: &log, Program: "dcs-sessions"}) }()
	const curl = `(?s)DCS_ENDPOINT=(\S+) DCS_TOKEN=(\S+)\n.*"client_addrs":\["(\S+)"\]`
	require.Eventually(t, func() bool { return count(&out, curl) == 1 }, 20*time.Second, 10*time.Millisecond)
	found := regexp.MustCompile(curl).FindStringSubmatch(out.String())
	endpoint, token, addr := found[1], found[2], found[3]

	r, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint+"/v2/demo-project/instances/demo-instance/clients/kill",
		strings.NewReader(`{"node_id":"demo-node","client_addrs":["`+addr+`"]}`))
	require.NoError(t, err)
	r.Header.Set("X-Auth-Token", token)
	r.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	require.Equal(t, http.StatusNoContent, resp.StatusCode)
	require.Eventually(t, func() bool { return count(&out, `(?m)^closed: web-1 \(`+regexp.QuoteMeta(addr)+`\)$`) == 1 }, 10*time.Second, 10*time.Millisecond)

	cancel()
	assert.NoError(t, <-ended)
	assert.NotContains(t, log.String(), token)
}

func count(b *logtest.Buffer, pattern string) int {
	return len(regexp.MustCompile(pattern).FindAllString(b.String(), -1))
}
