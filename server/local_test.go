package server_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/fleet"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
	"github.com/dcs-sessions/dcs-sessions/server"
)

// A web page in the operator's browser can reach a loopback address, either by a name
// that resolves to it (DNS rebinding) or by a cross-origin request.
func TestWithoutCredentialsOnlyThisMachineMayCall(t *testing.T) {
	t.Parallel()
	node := redistest.Start(t)
	f, err := fleet.New(fleet.Options{Projects: []fleet.Project{{ID: "p", Instances: []fleet.Instance{{ID: "i", Nodes: []fleet.NodeConfig{{ID: "n", Address: node.Addr()}}}}}}})
	require.NoError(t, err)
	defer f.Close()
	a := start(t, server.Options{Fleet: f})
	s := redistest.Dial(t, node.Addr(), "s")
	call := func(change func(*http.Request)) response {
		r := a.request(killBody(s.Addr()))
		change(r)
		return a.do(r)
	}
	for name, change := range map[string]func(*http.Request){
		"another Host":        func(r *http.Request) { r.Host = "attacker.example" },
		"one that looks like": func(r *http.Request) { r.Host = "localhost.attacker.example" },
		"a foreign Origin":    func(r *http.Request) { r.Header.Set("Origin", "https://attacker.example") },
		"no origin at all":    func(r *http.Request) { r.Header.Set("Origin", "null") },
	} {
		t.Run(name, func(t *testing.T) {
			got := call(change)
			assert.Equal(t, 403, got.status)
			assert.Equal(t, "DCS.2003", got.fault.ErrorCode)
			assert.True(t, s.Open())
		})
	}
	assert.Equal(t, 204, call(func(r *http.Request) { r.Host = "localhost:8080" }).status)
	assert.True(t, s.Closed())
}

func TestWithCredentialsAnyHostIsAllowed(t *testing.T) {
	t.Parallel()
	a := startAPI(t, fleet.NodeConfig{Address: redistest.Start(t).Addr()})
	r := a.request(killBody("10.0.0.1:1"))
	r.Host = "dcs.example.com"
	r.Header.Set("X-Auth-Token", opsToken)
	assert.Equal(t, 204, a.do(r).status)
}

func TestAListRefusesAnUnknownParameter(t *testing.T) {
	t.Parallel()
	a := startAPI(t, fleet.NodeConfig{Address: redistest.Start(t).Addr()})
	for _, query := range []string{"?adrr=10.0.0.1", "?limit=10&Sort=id", "?offset=0&%61ddr2=x", "?adrr="} {
		got := a.send("GET", clientsPath+query, "", nil)
		assert.Equal(t, 400, got.status, query)
		assert.Equal(t, "DCS.4800", got.fault.ErrorCode)
		assert.Contains(t, got.details(), "node_id, offset, limit, addr, sort, order")
	}
	for _, query := range []string{"?sort&order=&addr", "?%61ddr=x", "?&limit=1&"} {
		assert.Equal(t, 200, a.send("GET", clientsPath+query, "", nil).status, query)
	}
}
