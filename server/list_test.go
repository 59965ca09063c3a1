package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/fleet"
	"github.com/dcs-sessions/dcs-sessions/gen"
	"github.com/dcs-sessions/dcs-sessions/internal/fakeredis"
	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
	"github.com/dcs-sessions/dcs-sessions/signature"
)

const clientsPath = "/v2/p/instances/i/clients"

// list returns the page of a successful ListClients.
func (a *api) list(query string) gen.ClientList {
	a.t.Helper()
	got := a.send("GET", clientsPath+query, "", nil)
	require.Equal(a.t, 200, got.status, got.body)
	var page gen.ClientList
	require.NoError(a.t, json.Unmarshal([]byte(got.body), &page))
	return page
}

func (a *api) scan(body string) response { return a.send("POST", clientsPath, body, nil) }

func names(page gen.ClientList) []string {
	names := []string{}
	for _, c := range page.Clients {
		names = append(names, c.Name)
	}
	return names
}

func dialMany(t *testing.T, addr string, n int) (all []*redistest.Session) {
	for i := range n {
		all = append(all, redistest.Dial(t, addr, fmt.Sprintf("s-%02d", i)))
	}
	return all
}

func TestAListedSessionHasTheNodesValues(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, node localnode.Node) {
		a := startAPI(t, fleet.NodeConfig{Address: node.Addr()})
		s := redistest.Dial(t, node.Addr(), "checkout-1")
		_, err := s.Do("SELECT", "3")
		require.NoError(t, err)
		id, err := s.Do("CLIENT", "ID")
		require.NoError(t, err)

		before := time.Now().Truncate(time.Second)
		page := a.list("?node_id=n&addr=" + s.Addr())
		at, err := time.Parse(time.RFC3339, page.Time)
		require.NoError(t, err)
		assert.True(t, strings.HasSuffix(page.Time, "Z"), page.Time)
		assert.WithinRange(t, at, before, time.Now())
		require.Len(t, page.Clients, 1)
		assert.EqualValues(t, 1, page.Count, "the count is of the sessions that match")
		c := page.Clients[0]
		assert.Equal(t, id, c.ID)
		assert.Equal(t, s.Addr(), c.Addr)
		assert.Equal(t, s.Addr(), c.Peer, "peer is the address for a kill")
		assert.Equal(t, "checkout-1", c.Name)
		assert.Equal(t, "3", c.DB)
		assert.Equal(t, "N", c.Flags)
		assert.Equal(t, "tcp", c.Network)
		assert.EqualValues(t, -1, c.Multi)
		_, err = strconv.Atoi(c.Fd)
		assert.NoError(t, err)
	})
}

func TestASessionOfAUnixSocketIsListed(t *testing.T) {
	t.Parallel()
	socket := t.TempDir() + "/s"
	node := redistest.Start(t, "--unixsocket", socket)
	dialRaw(t, "unix", socket, nil)
	page := startAPI(t, fleet.NodeConfig{Address: node.Addr()}).list("?addr=" + socket)
	require.Len(t, page.Clients, 1)
	assert.Equal(t, "unix", page.Clients[0].Network)
	assert.Equal(t, socket+":0", page.Clients[0].Peer)
}

// Clients connect and disconnect between two pages.
func TestPagesAreConsistentWithTheFirstPage(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, node localnode.Node) {
		for name, begin := range map[string]func(*api){
			"without a scan": func(*api) {},
			"after a scan":   func(a *api) { assert.Equal(t, 200, a.scan(`{"node_id":"n"}`).status) },
		} {
			t.Run(name, func(t *testing.T) {
				a := startAPI(t, fleet.NodeConfig{Address: node.Addr()})
				all := dialMany(t, node.Addr(), 25)
				begin(a)
				var got []string
				var times []string
				for offset := 0; ; offset += 10 { // a pager that never sends limit
					page := a.list(fmt.Sprintf("?node_id=n&sort=name&offset=%d", offset))
					if len(page.Clients) == 0 {
						break
					}
					got = append(got, names(page)...)
					times = append(times, page.Time)
					require.NoError(t, all[offset].Close())
					redistest.Dial(t, node.Addr(), "newSession")
				}
				var want []string
				for i := range 25 {
					want = append(want, fmt.Sprintf("s-%02d", i))
				}
				assert.Equal(t, append([]string{""}, want...), got, "this server's own connection has no name")
				assert.Equal(t, []string{times[0], times[0], times[0]}, times)
				for _, s := range all {
					s.Close()
				}
				admin := redistest.Dial(t, node.Addr(), "")
				require.Eventually(t, func() bool { // until the node has noticed that the client is gone
					list, err := admin.Do("CLIENT", "LIST")
					return err == nil && !strings.Contains(list, "name=s-")
				}, 10*time.Second, time.Millisecond)
			})
		}
	})
}

func TestAllPagesShareOneListing(t *testing.T) {
	t.Parallel()
	node := redistest.Start(t)
	a := startAPI(t, fleet.NodeConfig{Address: node.Addr()})
	dialMany(t, node.Addr(), 95)
	admin := redistest.Dial(t, node.Addr(), "admin")
	a.list("") // the connection's own commands have run
	require.NoError(t, second(admin.Do("CONFIG", "RESETSTAT")))
	seen := 0
	for offset := 0; ; offset += 10 {
		page := a.list(fmt.Sprintf("?offset=%d", offset))
		if seen += len(page.Clients); len(page.Clients) == 0 {
			break
		}
	}
	assert.Equal(t, 97, seen)
	stats, err := admin.Do("INFO", "commandstats")
	require.NoError(t, err)
	assert.Contains(t, stats, "cmdstat_client|list:calls=1,")
}

func second(_ string, err error) error { return err }

func TestAScanIsCachedUntilCleanCache(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, node localnode.Node) {
		a := startAPI(t, fleet.NodeConfig{Address: node.Addr()})
		redistest.Dial(t, node.Addr(), "s-1")
		got := a.scan(`{"node_id":"n","clean_cache":false}`)
		require.Equal(t, 200, got.status, got.body)
		var ref gen.JobRef
		require.NoError(t, json.Unmarshal([]byte(got.body), &ref))
		assert.Regexp(t, `^scan-[A-Za-z0-9_-]{43}$`, ref.JobID)
		job := a.job(ref.JobID)
		assert.Equal(t, gen.SUCCESS, job.Status)
		assert.Equal(t, "scanClientsJob", job.JobType)
		assert.LessOrEqual(t, job.BeginTime, job.EndTime)
		assert.Nil(t, job.Counts)
		assert.Empty(t, job.FailReason)

		redistest.Dial(t, node.Addr(), "s-2")
		assert.NotContains(t, names(a.list("?sort=name")), "s-2", "the first page is from the scan too")
		for _, body := range []string{`{}`, `{"node_id":""}`, `{"clean_cache":false}`} {
			assert.Equal(t, 200, a.scan(body).status)
			assert.NotContains(t, names(a.list("")), "s-2", body)
		}
		assert.Equal(t, 200, a.scan(`{"clean_cache":true}`).status)
		assert.Contains(t, names(a.list("")), "s-2")
	})
}

func TestAScanReplacesTheListingOfThePages(t *testing.T) {
	t.Parallel()
	node := redistest.Start(t)
	a := startAPI(t, fleet.NodeConfig{Address: node.Addr()})
	a.list("")
	redistest.Dial(t, node.Addr(), "s")
	require.Equal(t, 200, a.scan(`{}`).status)
	assert.Contains(t, names(a.list("?offset=1")), "s")
}

func TestAListFiltersSortsAndPages(t *testing.T) {
	t.Parallel()
	node := redistest.Start(t)
	a := startAPI(t, fleet.NodeConfig{Address: node.Addr()})
	a.list("") // this opens the server's own connection before the others
	all := dialMany(t, node.Addr(), 12)
	require.Equal(t, 200, a.scan(`{}`).status) // so that all pages have the same listing
	for _, c := range []struct {
		query string
		count int
		want  []string
	}{
		{"?addr=" + all[3].Addr(), 1, []string{"s-03"}},
		{"?addr=" + strings.TrimPrefix(all[3].Addr(), "127."), 1, []string{"s-03"}},
		{"?addr=10.9.9.9", 0, []string{}},
		{"?sort=name&order=desc&limit=2", 13, []string{"s-11", "s-10"}},
		{"?sort=name&order=asc&limit=2&offset=1", 13, []string{"s-00", "s-01"}},
		{"?sort=id&order=desc&limit=2&addr=127.0.0.1", 13, []string{"s-11", "s-10"}},
		{"?order=desc&limit=2", 13, []string{"s-11", "s-10"}},
		{"?limit=2", 13, []string{"", "s-00"}},
		{"?sort=name&offset=12", 13, []string{"s-11"}},
		{"?offset=13", 13, []string{}},
		{"?offset=2147483647", 13, []string{}},
	} {
		t.Run(c.query, func(t *testing.T) {
			page := a.list(c.query)
			assert.Equal(t, c.want, names(page))
			assert.EqualValues(t, c.count, page.Count)
		})
	}
	body := a.send("GET", clientsPath+"?offset=100", "", nil).body
	assert.Contains(t, body, `"clients":[]`, "an empty page ends paging")
}

// Official clients send an empty parameter for each field that is not set.
func TestAQueryParameterWithoutAValueIsIgnored(t *testing.T) {
	t.Parallel()
	node := redistest.Start(t)
	a := startAPI(t, fleet.NodeConfig{Address: node.Addr()})
	dialMany(t, node.Addr(), 12)
	require.Equal(t, 200, a.scan(`{}`).status)
	want := a.list("")
	require.Len(t, want.Clients, 10)
	for _, name := range []string{"node_id", "offset", "limit", "addr", "sort", "order"} {
		other := "offset=0"
		if name == "offset" {
			other = "limit=10"
		}
		for _, query := range []string{"?" + name + "=", "?" + name, "?" + other + "&" + name + "=", "?" + name + "&"} {
			assert.Equal(t, want, a.list(query), query)
		}
	}
	assert.Equal(t, want, a.list("?addr=&limit=&node_id=&offset=&order=&sort="))
	assert.Equal(t, want, a.list("?addr&limit&node_id&offset&order&sort"))
	assert.Len(t, a.list("?sort=&limit=3&order").Clients, 3, "a parameter with a value is used")
}

func TestASignatureCoversTheQueryAsItWasSent(t *testing.T) {
	t.Parallel()
	node := redistest.Start(t)
	a := startAPI(t, fleet.NodeConfig{Address: node.Addr()})
	for _, query := range []string{"?sort=&offset=0", "?limit=10&sort"} {
		r, err := http.NewRequest("GET", a.url+clientsPath+query, nil)
		require.NoError(t, err)
		require.NoError(t, signature.Sign(r, nil, opsKey, time.Now()))
		require.Equal(t, 200, a.do(r).status, query)
		r.URL.RawQuery = strings.Replace(r.URL.RawQuery, "10", "11", 1) + "&order=desc"
		assert.Equal(t, 401, a.do(r).status)
	}
}

func TestAnInvalidListOrScanIsRefused(t *testing.T) {
	t.Parallel()
	node := redistest.Start(t)
	two := startInstance(t, fleet.NodeConfig{ID: "n", Address: node.Addr()}, fleet.NodeConfig{ID: "m", Address: node.Addr()})
	for _, c := range []struct {
		name, method, path, body string
		header                   map[string]string
		status                   int
		code, details            string
	}{
		{name: "no node of two", method: "GET", path: clientsPath, status: 400, code: "DCS.3053", details: "/node_id: the instance has 2 nodes; name one of them: n, m"},
		{name: "an empty node of two", method: "GET", path: clientsPath + "?node_id=", status: 400, code: "DCS.3053", details: "/node_id: the instance has 2 nodes; name one of them: n, m"},
		{name: "an unknown node", method: "GET", path: clientsPath + "?node_id=x", status: 400, code: "DCS.3053", details: "/node_id: the instance has no such node"},
		{name: "a malformed node", method: "GET", path: clientsPath + "?node_id=a/b", status: 400, code: "DCS.3053", details: "/node_id: "},
		{name: "an instance without nodes", method: "GET", path: "/v2/p/instances/empty/clients", status: 400, code: "DCS.3053", details: "/node_id: the instance has no nodes"},
		{name: "an unknown instance", method: "GET", path: "/v2/p/instances/j/clients?node_id=n", status: 404, code: "DCS.3022"},
		{name: "another project's instance", method: "GET", path: "/v2/other/instances/i/clients?node_id=n", status: 404, code: "DCS.3022"},
		{name: "a negative offset", method: "GET", path: clientsPath + "?node_id=n&offset=-1", status: 400, code: "DCS.4800", details: "/offset: "},
		{name: "an offset beyond 32 bits", method: "GET", path: clientsPath + "?node_id=n&offset=2147483648", status: 400, code: "DCS.4800", details: "/offset: "},
		{name: "an offset that is none", method: "GET", path: clientsPath + "?node_id=n&offset=x", status: 400, code: "DCS.4800", details: "/offset: "},
		{name: "a limit of 0", method: "GET", path: clientsPath + "?node_id=n&limit=0", status: 400, code: "DCS.4800", details: "/limit: "},
		{name: "a limit of 1001", method: "GET", path: clientsPath + "?node_id=n&limit=1001", status: 400, code: "DCS.4800", details: "/limit: "},
		{name: "an unknown field", method: "GET", path: clientsPath + "?node_id=n&sort=nope", status: 400, code: "DCS.4800", details: "/sort: "},
		{name: "an unknown order", method: "GET", path: clientsPath + "?node_id=n&order=up", status: 400, code: "DCS.4800", details: "/order: "},
		{name: "a parameter twice, once empty", method: "GET", path: clientsPath + "?node_id=n&sort=&sort=age", status: 400, code: "DCS.4800", details: "/sort: "},
		{name: "a list by a caller that may only kill", method: "GET", path: clientsPath, header: map[string]string{"X-Auth-Token": killerToken}, status: 403, code: "DCS.2007"},

		{name: "a scan without a body", method: "POST", path: clientsPath, status: 400, code: "DCS.4004"},
		{name: "a scan of no node of two", method: "POST", path: clientsPath, body: `{}`, status: 400, code: "DCS.3053", details: "/node_id: the instance has 2 nodes; name one of them: n, m"},
		{name: "a scan of an unknown node", method: "POST", path: clientsPath, body: `{"node_id":"x"}`, status: 400, code: "DCS.3053"},
		{name: "a scan with an unknown key", method: "POST", path: clientsPath, body: `{"node_id":"n","clean":true}`, status: 400, code: "DCS.4800", details: "/clean: "},
		{name: "a scan of an unknown instance", method: "POST", path: "/v2/p/instances/j/clients", body: `{"node_id":"n"}`, status: 404, code: "DCS.3022"},
		{name: "a scan by a caller that may only kill", method: "POST", path: clientsPath, body: `{"node_id":"n"}`, header: map[string]string{"X-Auth-Token": killerToken}, status: 403, code: "DCS.2007"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := two.send(c.method, c.path, c.body, c.header)
			assert.Equal(t, c.status, got.status, got.body)
			assert.Equal(t, c.code, got.fault.ErrorCode)
			assert.Contains(t, got.details(), c.details)
		})
	}
	assert.Empty(t, two.audit.String(), "reading is not audited")
}

func TestTheErrorNamesAtMostTenNodes(t *testing.T) {
	t.Parallel()
	var nodes []fleet.NodeConfig
	for i := range 12 {
		nodes = append(nodes, fleet.NodeConfig{ID: fmt.Sprintf("n%d", i), Address: "127.0.0.1:1"})
	}
	got := startInstance(t, nodes...).send("GET", clientsPath, "", nil)
	assert.Equal(t, "/node_id: the instance has 12 nodes; name one of them: n0, n1, n2, n3, n4, n5, n6, n7, n8, n9, ...", got.details())
}

func TestAListOrScanOfANodeThatFailsIsAnError(t *testing.T) {
	t.Parallel()
	node := redistest.Start(t)
	a := startAPI(t, fleet.NodeConfig{Address: node.Addr()})
	require.NoError(t, node.Close())
	for _, got := range []response{a.send("GET", clientsPath, "", nil), a.scan(`{}`)} {
		assert.Equal(t, 500, got.status)
		assert.Equal(t, "DCS.5024", got.fault.ErrorCode)
		assert.NotContains(t, got.body, node.Addr())
	}
	busy, err := fakeredis.Start()
	require.NoError(t, err)
	defer busy.Close()
	busy.Fail("BUSY Redis is busy running a script.")
	got := startAPI(t, fleet.NodeConfig{Address: busy.Addr()}).scan(`{}`)
	assert.Equal(t, 503, got.status)
	assert.Equal(t, "1", got.header.Get("Retry-After"))
}

// The name of a Redis user may contain almost any byte.
func TestNoNameBreaksTheList(t *testing.T) {
	t.Parallel()
	node := redistest.Start(t)
	a := startAPI(t, fleet.NodeConfig{Address: node.Addr()})
	s := redistest.Dial(t, node.Addr(), `n","id":"0","x":"<script>&'`+"`")
	user := "u\"\\\xff\xfe\x01\x1f\x7f\u2028\xed\xa0\x80<!--"
	require.NoError(t, second(s.Do("ACL", "SETUSER", user, "on", "nopass", "+@all", "~*", "&*")))
	require.NoError(t, second(s.Do("AUTH", user, "x")))
	page := a.list("?addr=" + s.Addr())
	require.Len(t, page.Clients, 1)
	assert.Equal(t, `n","id":"0","x":"<script>&'`+"`", page.Clients[0].Name)
	assert.Equal(t, "u\"\\\uFFFD\x01\x1f\x7f\u2028\uFFFD<!--", page.Clients[0].User)
}
