package compat

import (
	"fmt"
	"testing"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/basic"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/region"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
)

func TestAKillClosesTheNamedSocketsAndNoOther(t *testing.T) {
	redistest.Each(t, func(t *testing.T, node localnode.Node) {
		c := serve(t, node.Addr()).call(t, deploy)
		var all []*redistest.Session
		for i := range 6 {
			all = append(all, redistest.Dial(t, node.Addr(), fmt.Sprintf("s-%d", i)))
		}
		c.kill(all[1].Addr(), all[4].Addr(), all[1].Addr())
		for i, s := range all {
			if i == 1 || i == 4 {
				assert.True(t, s.Closed(), "session %d", i)
			} else {
				assert.True(t, s.Open(), "session %d", i)
			}
		}
		c.kill(all[1].Addr()) // what is gone counts as done
	})
}

func TestEveryWayInWhichTheSDKSignsIsTaken(t *testing.T) {
	node := redistest.Start(t)
	p := serve(t, node.Addr())
	type credentials = *basic.CredentialsBuilder
	type client = *core.HcHttpClientBuilder
	for name, c := range map[string]struct {
		key       key
		options   func(credentials, client)
		header    map[string]string
		signature string // what its header begins with
		signed    string // a part of its header
	}{
		"with an access key":             {key: deploy, signature: "SDK-HMAC-SHA256 ", signed: "=user-agent;x-project-id;x-sdk-date,"},
		"with a temporary access key":    {key: night, signature: "SDK-HMAC-SHA256 ", signed: "x-sdk-date;x-security-token,"},
		"with the Host signed":           {key: deploy, header: map[string]string{"Host": p.host()}, signature: "SDK-HMAC-SHA256 ", signed: "=host;user-agent;"},
		"with headers that nobody knows": {key: deploy, header: map[string]string{"X-Domain-Id": "d", "X-Team": "a b "}, signature: "SDK-HMAC-SHA256 ", signed: "x-domain-id;"},
		"with a clock 14 minutes slow":   {key: deploy, header: dated(-14 * time.Minute), signature: "SDK-HMAC-SHA256 "},
		"with a clock 14 minutes fast":   {key: deploy, header: dated(14 * time.Minute), signature: "SDK-HMAC-SHA256 "},
		"with an endpoint that has a path, which the SDK drops": {
			key: deploy, signature: "SDK-HMAC-SHA256 ",
			options: func(_ credentials, c client) { c.WithEndpoint(p.url + "/dcs") },
		},
		"with a derived key, for a region": {
			key: deploy, signature: "V11-HMAC-SHA256 ", signed: "/eu-west-0/dcs,",
			options: func(k credentials, c client) {
				k.WithDerivedPredicate(basic.DefaultDerivedPredicate)
				c.WithDerivedAuthServiceName("dcs").WithRegion(region.NewRegion("eu-west-0", p.url))
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			sdk := p.call(t, c.key)
			if c.options != nil {
				sdk = p.call(t, c.key, c.options)
			}
			victim := redistest.Dial(t, node.Addr(), "victim")
			require.NoError(t, sdk.killWith(c.header, request(victim.Addr())))
			assert.True(t, victim.Closed())
			authorization := sdk.sent.Get("Authorization")
			assert.Regexp(t, "^"+c.signature, authorization)
			assert.Contains(t, authorization, c.signed)
		})
	}
}

// dated sets the time at which the SDK signs.
func dated(off time.Duration) map[string]string {
	return map[string]string{"X-Sdk-Date": time.Now().Add(off).UTC().Format("20060102T150405Z")}
}

func TestASuccessHasTheRequestIDOfTheLog(t *testing.T) {
	p := serve(t, redistest.Start(t).Addr())
	i := p.call(t, deploy).HangUpClientsInvoker(request("10.0.0.1:1"))
	_, err := i.Invoke()
	require.NoError(t, err)
	require.NotEmpty(t, i.Exchange.ApiReference.RequestId)
	assert.Equal(t, "deploy", p.logged("request", map[string]any{"request_id": i.Exchange.ApiReference.RequestId})["caller"])
}

func TestTwoKillsWithOneSignatureAreBothServed(t *testing.T) {
	node := redistest.Start(t)
	p := serve(t, node.Addr())
	c := p.call(t, deploy)
	victim := redistest.Dial(t, node.Addr(), "victim")
	oneSecond := dated(0)
	var signatures []string
	for _, want := range []result{{NodeID: "n", Killed: []string{victim.Addr()}}, {NodeID: "n", Gone: []string{victim.Addr()}}} {
		require.NoError(t, c.killWith(oneSecond, request(victim.Addr())))
		signatures = append(signatures, c.sent.Get("Authorization"))
		_, outcome := p.audited(c.requestID())
		assert.Equal(t, []result{want}, outcome.Results)
	}
	assert.Equal(t, signatures[0], signatures[1])
	assert.True(t, victim.Closed())
}

func TestTenThousandAddressesGoInOneRequest(t *testing.T) {
	node := redistest.Start(t)
	p := serve(t, node.Addr())
	victim, bystander := redistest.Dial(t, node.Addr(), "victim"), redistest.Dial(t, node.Addr(), "bystander")
	c := p.call(t, deploy)
	c.kill(append(gone(9_999), victim.Addr())...)
	assert.True(t, victim.Closed())
	assert.True(t, bystander.Open())
	_, outcome := p.audited(c.requestID())
	assert.Equal(t, []string{victim.Addr()}, outcome.Results[0].Killed)
	assert.Len(t, outcome.Results[0].Gone, 9_999)
}

// gone returns addresses that no session has.
func gone(n int) (addrs []string) {
	for i := range n {
		addrs = append(addrs, fmt.Sprintf("10.0.%d.%d:6000", i/250, i%250))
	}
	return addrs
}
