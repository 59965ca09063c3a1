package compat

import (
	"testing"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/dcs/v2/model"
	"github.com/stretchr/testify/assert"

	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
)

func TestARefusedListOrScanReachesTheSDK(t *testing.T) {
	node := redistest.Start(t)
	p := serve(t, node.Addr(), node.Addr())
	guess := deploy
	guess.secret = "guess"
	type list = model.ListClientsRequest
	type scan = model.ScanClientsRequestBody
	order := func(text string) *model.ListClientsRequestOrder {
		o := new(model.ListClientsRequestOrder)
		assert.NoError(t, o.UnmarshalJSON([]byte(text)))
		return o
	}
	for _, r := range []struct {
		name    string
		call    func(c *caller) error
		key     key
		status  int
		code    string
		details string
	}{
		{"a limit of 0", listed(list{NodeId: new("n"), Limit: new(int32(0))}), deploy, 400, "DCS.4800", "/limit: "},
		{"a limit of 1001", listed(list{NodeId: new("n"), Limit: new(int32(1001))}), deploy, 400, "DCS.4800", "/limit: "},
		{"a negative offset", listed(list{NodeId: new("n"), Offset: new(int32(-1))}), deploy, 400, "DCS.4800", "/offset: "},
		{"an unknown field to sort by", listed(list{NodeId: new("n"), Sort: new("qbuf-free")}), deploy, 400, "DCS.4800", "/sort: "},
		{"a field to sort by that is a query", listed(list{NodeId: new("n"), Sort: new("id&limit=1 +%")}), deploy, 400, "DCS.4800", "/sort: "},
		{"an unknown order", listed(list{NodeId: new("n"), Order: order("up")}), deploy, 400, "DCS.4800", "/order: "},
		{"no node of two", listed(list{}), deploy, 400, "DCS.3053", "name one of them: n, m"},
		{"an empty node of two", listed(list{NodeId: new("")}), deploy, 400, "DCS.3053", "name one of them: n, m"},
		{"an unknown node", listed(list{NodeId: new("o")}), deploy, 400, "DCS.3053", "/node_id: the instance has no such node"},
		{"a wrong secret key", listed(list{NodeId: new("n"), Sort: new("")}), guess, 401, "APIGW.0301", ""},
		{"another project's instance", listed(list{NodeId: new("n")}), other, 404, "DCS.3022", ""},

		{"a scan without a body", func(c *caller) error {
			_, err := c.ScanClients(&model.ScanClientsRequest{InstanceId: "i"})
			return err
		}, deploy, 400, "DCS.4004", ""},
		{"a scan of no node of two", scanned(scan{}), deploy, 400, "DCS.3053", "name one of them: n, m"},
		{"a scan of an unknown node", scanned(scan{NodeId: new("o")}), deploy, 400, "DCS.3053", "/node_id: the instance has no such node"},
		{"a scan of a node that was never filled in", scanned(scan{NodeId: new("{node_id}")}), deploy, 400, "DCS.3053", "/node_id: "},
		{"a scan of another project's instance", scanned(scan{NodeId: new("n")}), other, 404, "DCS.3022", ""},
	} {
		t.Run(r.name, func(t *testing.T) {
			c := p.call(t, r.key)
			c.refused(r.call(c), r.status, r.code)
			assert.Contains(t, c.details(), r.details)
		})
	}
}

func listed(r model.ListClientsRequest) func(*caller) error {
	return func(c *caller) error {
		_, err := c.ListClients(listing(r))
		return err
	}
}

func scanned(body model.ScanClientsRequestBody) func(*caller) error {
	return func(c *caller) error {
		_, err := c.ScanClients(scanning(body))
		return err
	}
}
