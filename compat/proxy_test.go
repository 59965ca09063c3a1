package compat

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
)

// The SDK signs its User-Agent, and Host if its user sets that.
func TestASignatureHoldsThroughTheProxy(t *testing.T) {
	node := redistest.Start(t)
	server := serve(t, node.Addr())
	proxy := run(t, "proxy", "--upstream", server.url, "--listen", "127.0.0.1:0")
	victim := redistest.Dial(t, node.Addr(), "victim")
	c := proxy.call(t, night)
	require.NoError(t, c.killWith(map[string]string{"Host": proxy.host()}, request(victim.Addr())))
	assert.Contains(t, c.sent.Get("Authorization"), "=host;user-agent;x-project-id;x-sdk-date;x-security-token,")
	assert.True(t, victim.Closed())

	guess := night
	guess.secret = "guess"
	c = proxy.call(t, guess)
	e := c.refused(c.killWith(nil, request(victim.Addr())), 401, "APIGW.0301")
	server.logged("request", map[string]any{"request_id": e.RequestId})
}
