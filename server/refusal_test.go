package server_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/dcs-sessions/dcs-sessions/fleet"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
)

// Each refusal has the reference's status and code, the API's form and a request id,
// and kills nothing. %s is the address of a connected session.
func TestRefusalsKillNothing(t *testing.T) {
	t.Parallel()
	node := redistest.Start(t)
	a := startAPI(t, fleet.NodeConfig{Address: node.Addr()})
	session := redistest.Dial(t, node.Addr(), "session")
	many := strings.TrimSuffix(strings.Repeat(`"%[1]s",`, 10001), ",")
	none := ""
	for _, c := range []struct {
		name    string
		path    string // default the kill of node n
		header  map[string]string
		body    *string // default a valid one
		status  int
		code    string
		details string // part of error_ext_msg
	}{
		{name: "an empty body", body: &none, status: 400, code: "DCS.4004"},
		{name: "null", body: text(`null`), status: 400, code: "DCS.4004"},
		{name: "not JSON", body: text(`node_id=n`), status: 400, code: "DCS.4005"},
		{name: "an array", body: text(`[]`), status: 400, code: "DCS.4800"},
		{name: "a number as node_id", body: text(`{"node_id":1,"client_addrs":["%s"]}`), status: 400, code: "DCS.3053"},
		{name: "an empty node_id", body: text(`{"node_id":"","client_addrs":["%s"]}`), status: 400, code: "DCS.3053"},
		{name: "what the SDK sends for an empty request", body: text(`{"node_id":"","client_addrs":null}`), status: 400, code: "DCS.4800", details: "/client_addrs: null is not allowed; /node_id: "},
		{name: "neither addresses nor ids", body: text(`{"node_id":"n"}`), status: 400, code: "DCS.4800", details: "the body: "},
		{name: "no ids", body: text(`{"node_id":"n","client_addrs":["%s"],"client_ids":[]}`), status: 400, code: "DCS.4800", details: "/client_ids: there are too few items"},
		{name: "an id that is none", body: text(`{"node_id":"n","client_addrs":["%s"],"client_ids":["0"]}`), status: 400, code: "DCS.4800", details: "/client_ids/0: "},
		{name: "an id that is too large", body: text(`{"node_id":"n","client_addrs":["%s"],"client_ids":["9999999999999999999"]}`), status: 400, code: "DCS.4800", details: "/client_ids/0: "},
		{name: "no addresses", body: text(`{"node_id":"n","client_addrs":[]}`), status: 400, code: "DCS.4800", details: "/client_addrs: there are too few items"},
		{name: "null addresses", body: text(`{"node_id":"n","client_addrs":null}`), status: 400, code: "DCS.4800", details: "/client_addrs: null is not allowed"},
		{name: "10,001 addresses", body: text(`{"node_id":"n","client_addrs":[` + many + `]}`), status: 400, code: "DCS.4800", details: "/client_addrs: there are too many items"},
		{name: "a malformed address", body: text(`{"node_id":"n","client_addrs":["%s","10.0.0.1"]}`), status: 400, code: "DCS.4800", details: "/client_addrs/1: "},
		{name: "an address of the right form that is none", body: text(`{"node_id":"n","client_addrs":["%s","999.0.0.1:1"]}`), status: 400, code: "DCS.4800", details: "/client_addrs/1: "},
		{name: "a port of the right form that is none", body: text(`{"node_id":"n","client_addrs":["%s","10.0.0.1:65536"]}`), status: 400, code: "DCS.4800", details: "/client_addrs/1: "},
		{name: "a Unix socket", body: text(`{"node_id":"n","client_addrs":["%s","/tmp/redis.sock:0"]}`), status: 400, code: "DCS.4800", details: "/client_addrs/1: "},
		{name: "an unknown key", body: text(`{"node_id":"n","client_addrs":["%s"],"force":true}`), status: 400, code: "DCS.4800", details: "/force: "},
		{name: "a key in other case", body: text(`{"node_id":"n","client_addrs":["10.0.0.1:1"],"Client_Addrs":["%s"]}`), status: 400, code: "DCS.4005", details: "/Client_Addrs: "},
		{name: "a key twice", body: text(`{"node_id":"n","client_addrs":["10.0.0.1:1"],"client_addrs":["%s"]}`), status: 400, code: "DCS.4005", details: "/client_addrs: "},
		{name: "trailing data", body: text(`{"node_id":"n","client_addrs":["%s"]}{}`), status: 400, code: "DCS.4005"},
		{name: "invalid UTF-8", body: text("{\"node_id\":\"n\",\"client_addrs\":[\"%s\",\"\xff\"]}"), status: 400, code: "DCS.4005", details: "/client_addrs/1: "},
		{name: "13 MiB", body: text(`{"node_id":"n","client_addrs":["%s"]}` + strings.Repeat(" ", 13<<20)), status: 413, code: "APIGW.0201"},
		{name: "another media type", header: map[string]string{"Content-Type": "text/plain"}, status: 415, code: "DCS.4005"},
		{name: "a compressed body", header: map[string]string{"Content-Encoding": "gzip"}, status: 415, code: "DCS.4005"},

		{name: "an unknown node", body: text(`{"node_id":"m","client_addrs":["%s"]}`), status: 400, code: "DCS.3053"},
		{name: "an unknown instance", path: "/v2/p/instances/j/clients/kill", status: 404, code: "DCS.3022"},
		{name: "an unknown project", path: "/v2/q/instances/i/clients/kill", status: 404, code: "DCS.3022"},
		{name: "another project's instance", path: "/v2/other/instances/i/clients/kill", status: 404, code: "DCS.3022"},
		{name: "a literal placeholder", path: "/v2/{project_id}/instances/i/clients/kill", status: 400, code: "DCS.4002"},
		{name: "a literal placeholder with a token for one project", path: "/v2/{project_id}/instances/i/clients/kill", header: map[string]string{"X-Auth-Token": otherToken}, status: 400, code: "DCS.4002"},
		{name: "a malformed instance id", path: "/v2/p/instances/i.j/clients/kill", status: 400, code: "DCS.4061"},
		{name: "an encoded slash in an id", path: "/v2/p%2Fp/instances/i/clients/kill", status: 400, code: "DCS.4002"},
		{name: "two slashes", path: "//v2/p/instances/i/clients/kill", status: 404, code: "DCS.4001"},
		{name: "two slashes within", path: "/v2//p/instances/i/clients/kill", status: 404, code: "DCS.4001"},
		{name: "a step up", path: "/v2/x/../p/instances/i/clients/kill", status: 404, code: "DCS.4001"},
		{name: "an encoded step up", path: "/v2/%2e%2e/instances/i/clients/kill", status: 404, code: "DCS.4001"},
		{name: "a closing slash", path: killPath + "/", status: 404, code: "DCS.4001"},
		{name: "an unknown route", path: "/", status: 404, code: "DCS.4001"},

		{name: "no token", header: map[string]string{"X-Auth-Token": ""}, status: 401, code: "DCS.1003"},
		{name: "an unknown token", header: map[string]string{"X-Auth-Token": "guess"}, status: 401, code: "DCS.1001"},
		{name: "a digest in a token's place", header: map[string]string{"X-Auth-Token": digest(opsToken)}, status: 401, code: "DCS.1001"},
		{name: "an expired token", header: map[string]string{"X-Auth-Token": oldToken}, status: 401, code: "DCS.1002"},
		{name: "a token that may only list", header: map[string]string{"X-Auth-Token": listerToken}, status: 403, code: "DCS.2007"},
		{name: "another project's token", header: map[string]string{"X-Auth-Token": otherToken}, status: 403, code: "DCS.1004"},
		{name: "another project's token that claims this one", header: map[string]string{"X-Auth-Token": otherToken, "X-Project-Id": "p"}, status: 403, code: "DCS.1004"},
		{name: "no token and a bad body", header: map[string]string{"X-Auth-Token": ""}, body: text(`{}`), status: 401, code: "DCS.1003"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path, body := killPath, killBody(session.Addr())
			if c.path != "" {
				path = c.path
			}
			if c.body != nil {
				body = *c.body
				if strings.Contains(body, "%") {
					body = fmt.Sprintf(body, session.Addr())
				}
			}
			got := a.send("POST", path, body, c.header)
			assert.Equal(t, c.status, got.status, got.body)
			assert.Equal(t, c.code, got.fault.ErrorCode, got.body)
			assert.Contains(t, got.details(), c.details)
		})
	}
	assert.True(t, session.Open())
	assert.Empty(t, a.audit.String())
	for _, token := range []string{opsToken, otherToken, listerToken, oldToken, "guess"} {
		assert.NotContains(t, a.log.String(), token)
	}
	assert.Equal(t, 204, a.killPeers(session).status, "a valid request kills the session")
	assert.True(t, session.Closed())
}

func text(s string) *string { return &s }

func TestAWrongMethodGetsTheAllowedOnes(t *testing.T) {
	t.Parallel()
	a := startAPI(t, fleet.NodeConfig{Address: "127.0.0.1:1"})
	for _, method := range []string{"GET", "PUT", "DELETE", "OPTIONS", "PATCH"} {
		got := a.send(method, killPath, "", map[string]string{"Content-Type": ""})
		assert.Equal(t, 405, got.status)
		assert.Equal(t, "DCS.5001", got.fault.ErrorCode)
		assert.Equal(t, "POST", got.header.Get("Allow"))
	}
}

func TestPercentEncodedIDsAreTheSameIDs(t *testing.T) {
	t.Parallel()
	node := redistest.Start(t)
	a := startAPI(t, fleet.NodeConfig{Address: node.Addr()})
	s := redistest.Dial(t, node.Addr(), "s")
	assert.Equal(t, 204, a.send("POST", "/v2/%70/instances/%69/clients/kill", killBody(s.Addr()), nil).status)
	assert.True(t, s.Closed())
	got := a.send("POST", "/v2/%70/instances/i/clients/kill", killBody("10.0.0.1:1"), map[string]string{"X-Auth-Token": otherToken})
	assert.Equal(t, 403, got.status, "an encoded id does not bypass the token's projects")
}
