package compat

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/dcs/v2/model"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
)

// dialMany opens sessions s-00, s-01 and so on.
func dialMany(t *testing.T, addr string, n int) (all []*redistest.Session) {
	for i := range n {
		all = append(all, redistest.Dial(t, addr, fmt.Sprintf("s-%02d", i)))
	}
	return all
}

func TestAListIsOfWhatWasAskedFor(t *testing.T) {
	node := redistest.Start(t)
	p := serve(t, node.Addr())
	p.call(t, deploy).kill(gone(1)...) // the server is connected from here on
	all := dialMany(t, node.Addr(), 12)
	p.call(t, deploy).scan(model.ScanClientsRequestBody{}) // so that all see the same
	type request = model.ListClientsRequest
	for _, q := range []struct {
		name    string
		request request
		sent    string
		count   int
		want    []string
	}{
		{"nothing more than the node", request{NodeId: new("n")}, "node_id=n", 13, []string{"", "s-00", "s-01", "s-02", "s-03", "s-04", "s-05", "s-06", "s-07", "s-08"}},
		{"not even the node", request{Limit: new(int32(1))}, "limit=1", 13, []string{""}},
		{"an address", request{Addr: new(all[3].Addr())}, "addr=" + strings.Replace(all[3].Addr(), ":", "%3A", 1), 1, []string{"s-03"}},
		{"an address that nobody has", request{Addr: new("10.9.9.9")}, "addr=10.9.9.9", 0, []string{}},
		{"an order", request{Sort: new("name"), Order: &orders.ASC, Limit: new(int32(3))}, "limit=3&order=asc&sort=name", 13, []string{"", "s-00", "s-01"}},
		{"the other order", request{Sort: new("name"), Order: &orders.DESC, Limit: new(int32(2))}, "limit=2&order=desc&sort=name", 13, []string{"s-11", "s-10"}},
		{"a page of an order", request{Sort: new("name"), Offset: new(int32(11))}, "offset=11&sort=name", 13, []string{"s-10", "s-11"}},
		{"an empty field to sort by", request{NodeId: new("n"), Limit: new(int32(2)), Sort: new("")}, "limit=2&node_id=n&sort", 13, []string{"", "s-00"}},
		{"an empty field to sort by, the other way", request{Limit: new(int32(2)), Sort: new(""), Order: &orders.DESC}, "limit=2&order=desc&sort", 13, []string{"s-11", "s-10"}},
		{"an empty field to sort by alone", request{Sort: new("")}, "sort", 13, []string{"", "s-00", "s-01", "s-02", "s-03", "s-04", "s-05", "s-06", "s-07", "s-08"}},
		{"empty texts before what is none", request{NodeId: new(""), Addr: new(""), Sort: new(""), Order: new(model.ListClientsRequestOrder), Limit: new(int32(1))}, "addr&limit=1&node_id&order&sort", 13, []string{""}},
		{"what is past the end", request{Offset: new(int32(13))}, "offset=13", 13, []string{}},
		{"what is far past the end", request{Offset: new(int32(1<<31 - 1)), Limit: new(int32(1000))}, "limit=1000&offset=2147483647", 13, []string{}},
	} {
		t.Run(q.name, func(t *testing.T) {
			c := p.call(t, deploy)
			page := c.list(q.request)
			assert.Equal(t, q.sent, c.query)
			assert.Equal(t, q.want, names(page))
			assert.EqualValues(t, q.count, *page.Count)
			assert.NotEmpty(t, *page.Time)
		})
	}
}

func TestEveryFieldThatTheSDKKnowsSorts(t *testing.T) {
	node := redistest.Start(t)
	c := serve(t, node.Addr()).call(t, deploy)
	all := dialMany(t, node.Addr(), 3)
	do(t, all[1], "SUBSCRIBE", "news") // so that they are not all alike
	do(t, all[2], "MULTI")
	c.scan(model.ScanClientsRequestBody{})
	for field := range reflect.TypeFor[model.ClientInfo]().Fields() {
		tag, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		for order, sign := range map[*model.ListClientsRequestOrder]int{nil: 1, &orders.ASC: 1, &orders.DESC: -1} {
			page := c.list(model.ListClientsRequest{Sort: &tag, Order: order})
			assert.Len(t, *page.Clients, 4, tag)
			if field.Type != reflect.TypeFor[*int32]() {
				continue
			}
			value := func(s model.ClientInfo) int64 { return reflect.ValueOf(s).FieldByName(field.Name).Elem().Int() }
			compare := func(a, b model.ClientInfo) int { return sign * cmp.Compare(value(a), value(b)) }
			assert.True(t, slices.IsSortedFunc(*page.Clients, compare), "%s: %s", tag, c.body)
		}
	}
}

func TestAPageHasUpToAThousandSessions(t *testing.T) {
	node := redistest.Start(t)
	c := serve(t, node.Addr()).call(t, deploy)
	for range 1004 {
		redistest.Dial(t, node.Addr(), "")
	}
	page := c.list(model.ListClientsRequest{Limit: new(int32(1000))})
	assert.Len(t, *page.Clients, 1000)
	assert.EqualValues(t, 1005, *page.Count)
	rest := c.list(model.ListClientsRequest{Limit: new(int32(1000)), Offset: new(int32(1000))})
	assert.Len(t, *rest.Clients, 5)
}

func TestWhatWasListedIsKilledByItsPeer(t *testing.T) {
	redistest.Each(t, func(t *testing.T, node localnode.Node) {
		c := serve(t, node.Addr()).call(t, deploy)
		spared, leaky := dialMany(t, node.Addr(), 5), []*redistest.Session{}
		for range 3 {
			leaky = append(leaky, redistest.Dial(t, node.Addr(), "leaky"))
		}
		var peers []string
		for _, s := range *c.list(model.ListClientsRequest{NodeId: new("n"), Limit: new(int32(1000))}).Clients {
			if *s.Name == "leaky" {
				peers = append(peers, *s.Peer)
			}
		}
		require.Len(t, peers, 3)
		c.kill(peers...)
		for _, s := range leaky {
			assert.True(t, s.Closed())
		}
		for _, s := range spared {
			assert.True(t, s.Open())
		}
	})
}
