package compat

import (
	"strings"
	"testing"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/dcs/v2/model"
	"github.com/stretchr/testify/assert"

	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
)

func TestRefusalsReachTheSDKAndKillNothing(t *testing.T) {
	node := redistest.Start(t)
	p := serve(t, node.Addr())
	victim := redistest.Dial(t, node.Addr(), "victim")
	good := request(victim.Addr())
	at := func(instance, node string, addrs ...string) *model.HangUpClientsRequest {
		return &model.HangUpClientsRequest{InstanceId: instance, Body: &model.HangUpClientsRequestBody{NodeId: node, ClientAddrs: addrs}}
	}
	with := func(k key, change func(*key)) key { change(&k); return k }
	for _, c := range []struct {
		name    string
		key     key
		header  map[string]string
		request *model.HangUpClientsRequest
		status  int
		code    string
		message string // a part of what the SDK's user reads
		details string // a part of what the SDK leaves out
	}{
		{name: "a wrong secret key", key: with(deploy, func(k *key) { k.secret = "guess" }), request: good, status: 401, code: "APIGW.0301", message: "Incorrect IAM authentication information."},
		{name: "an unknown access key", key: with(deploy, func(k *key) { k.access = "AKSTRANGER" }), request: good, status: 401, code: "APIGW.0301"},
		{name: "a temporary access key without its security token", key: with(night, func(k *key) { k.securityToken = "" }), request: good, status: 401, code: "APIGW.0301", details: "X-Security-Token is missing"},
		{name: "a temporary access key with another security token", key: with(night, func(k *key) { k.securityToken = "guess" }), request: good, status: 401, code: "APIGW.0301", details: "X-Security-Token is missing, or is not the access key's"},
		{name: "a clock that is 16 minutes slow", key: deploy, header: dated(-16 * time.Minute), request: good, status: 401, code: "APIGW.0303", message: "by more than 15 minutes", details: "The server's time is 20"},
		{name: "a clock that is 16 minutes fast", key: deploy, header: dated(16 * time.Minute), request: good, status: 401, code: "APIGW.0303", message: "by more than 15 minutes", details: "The server's time is 20"},

		{name: "a project that the access key is not for", key: with(deploy, func(k *key) { k.project = "other" }), request: good, status: 403, code: "DCS.1004", message: "The project ID does not match"},
		{name: "another project's access key", key: with(other, func(k *key) { k.project = "p" }), request: good, status: 403, code: "DCS.1004"},
		{name: "an access key that may not kill", key: lister, request: good, status: 403, code: "DCS.2007", message: "Policy does not allow dcs:clients:kill."},

		{name: "an unknown node", key: deploy, request: at("i", "m", victim.Addr()), status: 400, code: "DCS.3053", message: "Incorrect node ID.", details: "/node_id: the instance has no such node"},
		{name: "an unknown instance", key: deploy, request: at("j", "n", victim.Addr()), status: 404, code: "DCS.3022", message: "This DCS instance does not exist."},
		{name: "another project's instance", key: other, request: good, status: 404, code: "DCS.3022"},

		{name: "a project that was never filled in", key: with(deploy, func(k *key) { k.project = "" }), request: good, status: 400, code: "DCS.4002", message: "Invalid project ID format."},
		{name: "an instance that was never filled in", key: deploy, request: at("{instance_id}", "n", victim.Addr()), status: 400, code: "DCS.4061", message: "Invalid instance ID format."},
		{name: "an empty instance, which is no redirect", key: deploy, request: at("", "n", victim.Addr()), status: 404, code: "DCS.4001", message: "The requested URL does not exist."},
		{name: "an instance that steps up, which is no redirect", key: deploy, request: at("../instances/i", "n", victim.Addr()), status: 404, code: "DCS.4001"},
		{name: "an empty node", key: deploy, request: at("i", "", victim.Addr()), status: 400, code: "DCS.3053", details: "/node_id: "},
		{name: "a node that was never filled in", key: deploy, request: at("i", "{node_id}", victim.Addr()), status: 400, code: "DCS.3053", details: "/node_id: "},
		{name: "no body", key: deploy, request: &model.HangUpClientsRequest{InstanceId: "i"}, status: 400, code: "DCS.4004", message: "The request body is empty."},
		{name: "a body that was never filled in", key: deploy, request: at("i", ""), status: 400, code: "DCS.4800", details: "/client_addrs: null is not allowed; /node_id: "},
		{name: "null addresses", key: deploy, request: at("i", "n"), status: 400, code: "DCS.4800", details: "/client_addrs: null is not allowed"},
		{name: "no addresses", key: deploy, request: at("i", "n", []string{}...), status: 400, code: "DCS.4800", details: "/client_addrs: there are too few items"},
		{name: "10,001 addresses", key: deploy, request: at("i", "n", append(gone(10_000), victim.Addr())...), status: 400, code: "DCS.4800", details: "/client_addrs: there are too many items"},
		{name: "an address without a port", key: deploy, request: at("i", "n", victim.Addr(), "10.0.0.1"), status: 400, code: "DCS.4800", details: "/client_addrs/1: "},
		{name: "an address that is a name", key: deploy, request: at("i", "n", victim.Addr(), "localhost:6000"), status: 400, code: "DCS.4800", details: "/client_addrs/1: "},
		{name: "an address of the right form that is none", key: deploy, request: at("i", "n", victim.Addr(), "999.0.0.1:1"), status: 400, code: "DCS.4800", details: "/client_addrs/1: "},
		{name: "a body of 13 MiB", key: deploy, request: at("i", "n", victim.Addr(), strings.Repeat("1", 13<<20)), status: 413, code: "APIGW.0201", message: "too large"},
		{name: "a wrong secret key with a bad body", key: with(deploy, func(k *key) { k.secret = "guess" }), request: at("i", ""), status: 401, code: "APIGW.0301"},
	} {
		t.Run(c.name, func(t *testing.T) {
			sdk := p.call(t, c.key)
			e := sdk.refused(sdk.killWith(c.header, c.request), c.status, c.code)
			assert.Contains(t, e.ErrorMessage, c.message)
			assert.Contains(t, sdk.details(), c.details)
		})
	}
	assert.Empty(t, p.audit())
	assert.True(t, victim.Open())
	p.call(t, deploy).kill(victim.Addr()) // it could have been killed all the time
	assert.True(t, victim.Closed())
}

func TestWhatIsNoCallOfTheAPIIsRefusedInItsShape(t *testing.T) {
	p := serve(t, "127.0.0.1:1")
	for _, c := range []struct {
		name         string
		key          key
		header       map[string]string
		method, path string
		status       int
		code         string
	}{
		{name: "an unknown URL", key: deploy, method: "GET", path: "/v2/{project_id}/nothing", status: 404, code: "DCS.4001"},
		{name: "the root", key: deploy, method: "GET", path: "/", status: 404, code: "DCS.4001"},
		{name: "a closing slash", key: deploy, method: "POST", path: "/v2/{project_id}/instances/i/clients/kill/", status: 404, code: "DCS.4001"},
		{name: "a wrong method, with a content type and no body", key: deploy, method: "GET", path: "/v2/{project_id}/instances/i/clients/kill", status: 405, code: "DCS.5001"},
		{name: "another project's access key, which claims its own", key: key{access: other.access, secret: other.secret},
			header: map[string]string{"X-Project-Id": other.project}, method: "POST", path: "/v2/p/instances/i/clients/kill", status: 403, code: "DCS.1004"},
	} {
		t.Run(c.name, func(t *testing.T) {
			sdk := p.call(t, c.key)
			sdk.refused(sdk.send(c.header, c.method, c.path), c.status, c.code)
			if c.status == 405 {
				assert.Equal(t, "POST", sdk.header.Get("Allow"))
			}
		})
	}
}

func TestWrongSignaturesDoNotLockTheRightOneOut(t *testing.T) {
	node := redistest.Start(t)
	p := serve(t, node.Addr())
	victim := redistest.Dial(t, node.Addr(), "victim")
	guess := deploy
	guess.secret = "guess"
	guesser := p.call(t, guess)
	for range 20 {
		_, err := guesser.HangUpClients(request(victim.Addr()))
		guesser.refused(err, 401, "APIGW.0301")
	}
	assert.True(t, victim.Open())
	p.call(t, deploy).kill(victim.Addr())
	assert.True(t, victim.Closed())
}
