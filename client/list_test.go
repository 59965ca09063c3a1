package client_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/client"
)

// list lists without a scan, and returns the ids and the error.
func list(ctx context.Context, c *client.Client, o client.ListOptions) (ids []string, err error) {
	o.Scanned = true
	for session, e := range c.Instance(project, instance).List(ctx, node, o) {
		if err != nil {
			return ids, fmt.Errorf("more after %w", err)
		}
		if err = e; err == nil {
			ids = append(ids, session.ID)
		}
	}
	return ids, err
}

func ids(n int) (list []string) {
	for i := range n {
		list = append(list, strconv.Itoa(i))
	}
	return list
}

// A pager has n sessions, and lists at most that many in a page.
func pager(n, most int, counts bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		offset, _ := strconv.Atoi(r.URL.Query().Get("offset"))
		limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
		sessions := []map[string]string{}
		for i := offset; i < min(n, offset+min(limit, most)); i++ {
			sessions = append(sessions, map[string]string{"id": strconv.Itoa(i)})
		}
		answer := map[string]any{"clients": sessions}
		if counts {
			answer["count"] = n
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(answer)
	}
}

func TestAListIsReadPageByPage(t *testing.T) {
	for name, c := range map[string]struct {
		n, most  int
		limit    int
		uncount  bool
		requests int
	}{
		"no session":                              {n: 0, most: 1000, requests: 1},
		"one page":                                {n: 1000, most: 1000, requests: 1},
		"one more":                                {n: 1001, most: 1000, requests: 2},
		"pages as large as asked":                 {n: 7, most: 1000, limit: 3, requests: 3},
		"pages that end with the count":           {n: 6, most: 1000, limit: 3, requests: 2},
		"a server that lists fewer than asked":    {n: 25, most: 10, requests: 3},
		"a server that does not count":            {n: 6, most: 1000, limit: 3, uncount: true, requests: 3},
		"one that neither counts nor lists asked": {n: 25, most: 10, uncount: true, requests: 4},
	} {
		t.Run(name, func(t *testing.T) {
			a := serve(t, pager(c.n, c.most, !c.uncount))
			cl := once(t, a.URL, client.Options{})
			got, err := list(t.Context(), cl, client.ListOptions{Limit: c.limit})
			require.NoError(t, err)
			assert.Equal(t, ids(c.n), got)
			assert.Len(t, a.requests(), c.requests)
		})
	}
	t.Run("it ends at an empty page, whatever the count", func(t *testing.T) {
		a := serve(t, answer(200, jsonType, `{"count":9,"clients":[]}`))
		got, err := list(t.Context(), once(t, a.URL, client.Options{}), client.ListOptions{})
		assert.NoError(t, err)
		assert.Empty(t, got)
		assert.Len(t, a.requests(), 1)
	})
	t.Run("it may be read twice", func(t *testing.T) {
		a := serve(t, pager(3, 2, true))
		all := once(t, a.URL, client.Options{}).Instance(project, instance).List(t.Context(), node, client.ListOptions{Scanned: true})
		for range 2 {
			n := 0
			for _, err := range all {
				require.NoError(t, err)
				n++
			}
			assert.Equal(t, 3, n)
		}
	})
}

func TestAListAsksForNoMoreThanIsWanted(t *testing.T) {
	a := serve(t, pager(10, 1000, true))
	all := once(t, a.URL, client.Options{}).Instance(project, instance).List(t.Context(), node, client.ListOptions{Limit: 3, Scanned: true})
	assert.Empty(t, a.requests(), "before the loop")
	n := 0
	for _, err := range all {
		require.NoError(t, err)
		if n++; n == 3 { // the last of its page
			break
		}
	}
	assert.Len(t, a.requests(), 1)
}

func TestWhatAListAsksFor(t *testing.T) {
	for name, c := range map[string]struct {
		node string
		o    client.ListOptions
		want url.Values
	}{
		"all": {node, client.ListOptions{}, url.Values{"node_id": {node}, "offset": {"0"}, "limit": {"1000"}}},
		"some, sorted": {node, client.ListOptions{Addr: "10.&a=b+ ,é", Sort: "qbuf_free", Desc: true, Limit: 1000},
			url.Values{"node_id": {node}, "offset": {"0"}, "limit": {"1000"}, "addr": {"10.&a=b+ ,é"}, "sort": {"qbuf_free"}, "order": {"desc"}}},
	} {
		t.Run(name, func(t *testing.T) {
			a := serve(t, pager(0, 1000, true))
			c.o.Scanned = true
			for _, err := range once(t, a.URL, client.Options{}).Instance(project, instance).List(t.Context(), c.node, c.o) {
				require.NoError(t, err)
			}
			u, err := url.ParseRequestURI(a.requests()[0].uri)
			require.NoError(t, err)
			query, err := url.ParseQuery(u.RawQuery)
			require.NoError(t, err)
			assert.Equal(t, c.want, query)
		})
	}
	t.Run("a limit that is none is refused unsent", func(t *testing.T) {
		a := serve(t, pager(0, 1000, true))
		for _, limit := range []int{-1, 1001, 1 << 32} {
			_, err := list(t.Context(), once(t, a.URL, client.Options{}), client.ListOptions{Limit: limit})
			assert.EqualError(t, err, fmt.Sprintf("client: the limit %d is not 1 to 1000", limit))
		}
		assert.Empty(t, a.requests())
	})
}

// What an earlier scan read may be minutes old.
func TestAListReadsTheNodeBefore(t *testing.T) {
	job := func(status string) http.HandlerFunc {
		return answer(200, jsonType, `{"job_id":"j","status":"`+status+`"}`)
	}
	begun := answer(200, jsonType, `{"job_id":"j"}`)
	t.Run("and waits until it is read", func(t *testing.T) {
		a := serve(t, then(begun, job("RUNNING"), job("SUCCESS"), pager(2, 1, true), pager(2, 1, true)))
		c, _ := patient(t, a.URL, client.Options{})
		n := 0
		for _, err := range c.Instance(project, instance).List(t.Context(), node, client.ListOptions{Limit: 1}) {
			require.NoError(t, err)
			n++
		}
		assert.Equal(t, 2, n)
		require.Len(t, a.requests(), 5)
		assert.Equal(t, "POST", a.requests()[0].method)
		assert.JSONEq(t, `{"node_id":"node-1","clean_cache":true}`, a.requests()[0].body)
		assert.Equal(t, "/v2/0d6f2e5a/jobs/j", a.requests()[1].uri)
	})
	for name, steps := range map[string][]http.HandlerFunc{
		"a scan that is refused": {answer(400, jsonType, `{"error_code":"DCS.4049","error_msg":"no"}`)},
		"a scan that fails":      {begun, job("FAIL")},
	} {
		t.Run("and "+name+" ends it", func(t *testing.T) {
			a := serve(t, then(steps...))
			c, _ := patient(t, a.URL, client.Options{})
			var errs []error
			for _, err := range c.Instance(project, instance).List(t.Context(), node, client.ListOptions{}) {
				errs = append(errs, err)
			}
			require.Len(t, errs, 1)
			assert.Error(t, errs[0])
			assert.Len(t, a.requests(), len(steps))
		})
	}
}

func TestAnErrorEndsAList(t *testing.T) {
	full := pager(10, 1000, true)
	t.Run("after the pages before it", func(t *testing.T) {
		a := serve(t, then(full, full, answer(500, jsonType, `{"error_code":"DCS.5000","error_msg":"no"}`), full))
		got, err := list(t.Context(), once(t, a.URL, client.Options{}), client.ListOptions{Limit: 3})
		assert.EqualError(t, err, "500 DCS.5000: no [request r-1]")
		assert.Equal(t, ids(6), got)
		assert.Len(t, a.requests(), 3)
	})
	t.Run("a page is tried again by itself", func(t *testing.T) {
		a := serve(t, then(full, status(503), status(502), full, full, full))
		c, waits := patient(t, a.URL, client.Options{})
		got, err := list(t.Context(), c, client.ListOptions{Limit: 3})
		assert.NoError(t, err)
		assert.Equal(t, ids(10), got)
		assert.Len(t, waits.list, 2)
	})
	t.Run("a context that ends between pages", func(t *testing.T) {
		a := serve(t, full)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var got []string
		var last error
		for session, err := range once(t, a.URL, client.Options{}).Instance(project, instance).List(ctx, node, client.ListOptions{Limit: 3, Scanned: true}) {
			if last = err; err == nil {
				got = append(got, session.ID)
			}
			cancel()
		}
		assert.ErrorIs(t, last, context.Canceled)
		assert.Equal(t, ids(3), got)
		assert.Len(t, a.requests(), 1)
	})
}

func TestASessionIsReadAsItIs(t *testing.T) {
	a := serve(t, answer(200, jsonType, `{"time":null,"count":3,"clients":[
		{"id":"7","addr":"10.0.0.7:1","fd":"8","name":"worker","cmd":"get","age":5,"idle":2,"db":"0","flags":"N","sub":1,"psub":2,
		 "multi":-1,"qbuf":3,"qbuf_free":4,"obl":5,"oll":6,"omem":7,"events":"r","network":"n","peer":"10.0.0.8:2","user":"u","lib":"x"},
		{"id":"8","name":null,"age":null,"peer":null},
		{"id":"9","omem":2147483648,"qbuf":99999999999999999999,"age":2147483647,"idle":-1,"peer":"p"}]}`))
	var got []client.Session
	for session, err := range once(t, a.URL, client.Options{}).Instance(project, instance).List(t.Context(), node, client.ListOptions{Scanned: true}) {
		require.NoError(t, err)
		got = append(got, session)
	}
	const most = 2147483647
	assert.Equal(t, []client.Session{
		{ID: "7", Addr: "10.0.0.7:1", FD: "8", Name: "worker", Cmd: "get", Age: 5 * time.Second, Idle: 2 * time.Second, DB: "0", Flags: "N", Sub: 1, PSub: 2,
			Multi: -1, QBuf: 3, QBufFree: 4, OBL: 5, OLL: 6, OMem: 7, Events: "r", Network: "n", Peer: "10.0.0.8:2", User: "u"},
		{ID: "8"},
		{ID: "9", OMem: most, QBuf: most, Age: most * time.Second, Idle: -time.Second, Peer: "p"},
	}, got)
	assert.Len(t, a.requests(), 1)

	a = serve(t, answer(200, jsonType, `{"count":1,"clients":[{"id":7}]}`))
	_, err := list(t.Context(), once(t, a.URL, client.Options{}), client.ListOptions{})
	assert.ErrorContains(t, err, "200: the response is not the JSON that it should be: json: cannot unmarshal number")
}
