package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	dcssessions "github.com/dcs-sessions/dcs-sessions"
	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/dcs-sessions/dcs-sessions/gen"
	"github.com/dcs-sessions/dcs-sessions/server"
)

// pageSessions is the number of sessions of the listed node.
const pageSessions = 1_000

var pageSizes = []int{10, 1_000}

// pagePeers serve the first page of a node's sessions, and return its address.
var pagePeers = []struct {
	name  string
	serve func(tb testing.TB, size int) (url string)
}{
	{"bare", func(tb testing.TB, size int) string { return serveTest(tb, barePage(tb, size)) }},
	{"validated", func(tb testing.TB, size int) string {
		return serveTest(tb, ours(tb, dcssessions.Contract(), barePage(tb, size)))
	}},
	{"ours", oursPage},
}

// oursPage is the whole server, with the sessions of a scan.
func oursPage(tb testing.TB, size int) string {
	api := serveAPI(tb, unroll(tb, pageSessions).addr, server.Options{Audit: io.Discard})
	c, err := client.New(api, client.Options{})
	require.NoError(tb, err)
	_, err = c.Instance(project, instance).Rescan(context.Background(), nodeID)
	require.NoError(tb, err)
	return fmt.Sprintf("%s%s?limit=%d", api, listPath, size)
}

// barePage encodes the same rows, which it keeps in memory.
func barePage(tb testing.TB, size int) http.Handler {
	list := getPage(tb, oursPage(tb, size))
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v2/{project_id}/instances/{instance_id}/clients", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Request-Id", requestID)
		json.NewEncoder(w).Encode(list)
	})
	return mux
}

func serveTest(tb testing.TB, h http.Handler) string {
	s := httptest.NewServer(h)
	tb.Cleanup(s.Close)
	return s.URL + listPath
}

func getPage(tb testing.TB, url string) (list gen.ClientList) {
	resp, err := http.Get(url)
	require.NoError(tb, err)
	defer resp.Body.Close()
	require.Equal(tb, http.StatusOK, resp.StatusCode)
	require.NoError(tb, json.NewDecoder(resp.Body).Decode(&list))
	return list
}

// TestPagePeers proves that each serves the sessions of the node.
func TestPagePeers(t *testing.T) {
	for _, p := range pagePeers {
		for _, size := range pageSizes {
			t.Run(fmt.Sprintf("%s/rows=%d", p.name, size), func(t *testing.T) {
				list := getPage(t, p.serve(t, size))
				assert.EqualValues(t, pageSessions, list.Count)
				require.Len(t, list.Clients, size)
				for i, row := range list.Clients {
					assert.Equal(t, fmt.Sprint(1000+i), row.ID)
					assert.EqualValues(t, i, row.Age)
				}
			})
		}
	}
}

// BenchmarkPage gets the first page of 1,000 sessions and reads it, on a
// connection that is kept. The allocations are those of caller and
// server.
func BenchmarkPage(b *testing.B) {
	for _, p := range pagePeers {
		for _, size := range pageSizes {
			b.Run(fmt.Sprintf("%s/rows=%d", p.name, size), func(b *testing.B) {
				url := p.serve(b, size)
				b.ReportAllocs()
				for b.Loop() {
					if err := readPage(url); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func readPage(url string) error {
	resp, err := http.Get(url)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", resp.StatusCode)
	}
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}
