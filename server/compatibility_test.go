package server_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/dcs-sessions/dcs-sessions/fleet"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
)

// The tests in this file check what official clients rely on. In addition, api.do
// checks the request id and the form of errors in every response.

func TestAKillAnswersExactly204(t *testing.T) {
	t.Parallel()
	a := startAPI(t, fleet.NodeConfig{Address: redistest.Start(t).Addr()})
	got := a.do(a.signed(opsKey, killBody("10.0.0.1:1")))
	assert.Equal(t, 204, got.status, "Terraform's client takes no other success")
	assert.Empty(t, got.body)
	assert.Empty(t, got.header.Get("Content-Type"))
}

func TestNothingIsRedirected(t *testing.T) {
	t.Parallel()
	a := startAPI(t, fleet.NodeConfig{Address: "127.0.0.1:1"})
	for _, path := range []string{killPath + "/", "/" + killPath, "/v2/p//instances/i/clients/kill", "/v2/./p/instances/i/clients/kill", "/v2/x/../p/instances/i/clients/kill", "/v2", "/"} {
		for _, method := range []string{"GET", "POST"} {
			got := a.send(method, path, killBody("10.0.0.1:1"), nil)
			assert.Equal(t, 404, got.status, "the Go SDK takes a redirect of %s for success", path)
			assert.Equal(t, "DCS.4001", got.fault.ErrorCode)
			assert.Empty(t, got.header.Get("Location"))
		}
	}
}

func TestTheContentTypeOfEachClientIsAccepted(t *testing.T) {
	t.Parallel()
	a := startAPI(t, fleet.NodeConfig{Address: redistest.Start(t).Addr()})
	for _, contentType := range []string{"application/json", "application/json;charset=UTF-8", "application/json;charset=utf8", "application/json; charset=utf-8", "Application/JSON"} {
		r := a.request(killBody("10.0.0.1:1") + "\n")
		r.Header.Set("Content-Type", contentType)
		signBy(r, opsKey, nodeSDKSigns, killBody("10.0.0.1:1")+"\n", time.Now())
		assert.Equal(t, 204, a.do(r).status, contentType)
	}
}

func TestAContentTypeWithoutABodyIsAllowed(t *testing.T) {
	t.Parallel()
	a := startAPI(t, fleet.NodeConfig{Address: "127.0.0.1:1"})
	for _, contentType := range []string{"application/json", "application/json;charset=utf8"} {
		got := a.send("GET", killPath, "", map[string]string{"Content-Type": contentType})
		assert.Equal(t, 405, got.status, "not 415")
		got = a.send("POST", killPath, "", map[string]string{"Content-Type": contentType})
		assert.Equal(t, "DCS.4004", got.fault.ErrorCode, "the error is the missing body")
	}
}

func TestASignatureMayBeRepeated(t *testing.T) {
	t.Parallel()
	a := startAPI(t, fleet.NodeConfig{Address: redistest.Start(t).Addr()})
	first := a.signed(opsKey, killBody("10.0.0.1:1"))
	again := a.request(killBody("10.0.0.1:1"))
	again.Header = first.Header.Clone()
	assert.Equal(t, 204, a.do(first).status)
	assert.Equal(t, 204, a.do(again).status, "two equal kills in one second have the same signature")
}
