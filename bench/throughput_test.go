package bench

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
	"github.com/dcs-sessions/dcs-sessions/server"
)

// servers answer a kill of one address with 204: ours does it on a real node and
// writes its audit to a file, bare decodes the body and does nothing.
var servers = []struct {
	name  string
	serve func(testing.TB) (endpoint string)
}{
	{"bare", bareServer},
	{"ours", ourServer},
}

func bareServer(tb testing.TB) string {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			NodeID      string   `json:"node_id"`
			ClientAddrs []string `json:"client_addrs"`
		}
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil || len(body.ClientAddrs) == 0 {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	tb.Cleanup(srv.Close)
	return srv.URL
}

func ourServer(tb testing.TB) string {
	audit, err := os.Create(filepath.Join(tb.TempDir(), "audit"))
	require.NoError(tb, err)
	tb.Cleanup(func() { audit.Close() })
	return serveAPI(tb, redistest.Start(tb).Addr(), server.Options{
		Audit: audit,
		Auth:  server.Auth{Tokens: []server.Token{{Name: "t", SHA256: tokenSHA256, Projects: []string{"*"}}}},
	})
}

// tokenSHA256 is the digest of token.
const (
	token       = "a-token-for-benchmarks"
	tokenSHA256 = "c14551d81c9fe98e7f6eca32018c5b3ba28d3f18dbb1d0df7a676f35ed2e6d8f"
)

// A wire is one connection that repeatedly sends the same kill, at little cost.
type wire struct {
	conn net.Conn
	in   *bufio.Reader
	call []byte
}

func dialWire(tb testing.TB, url string) *wire {
	conn, err := net.Dial("tcp", url[len("http://"):])
	require.NoError(tb, err)
	tb.Cleanup(func() { conn.Close() })
	body := `{"node_id":"` + nodeID + `","client_addrs":["10.0.0.1:1"]}`
	call := fmt.Appendf(nil, "POST "+killPath+" HTTP/1.1\r\nHost: %s\r\nX-Auth-Token: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		conn.RemoteAddr(), token, len(body), body)
	return &wire{conn, bufio.NewReader(conn), call}
}

// kill sends the request and reads the response, which must be a 204.
func (w *wire) kill() error {
	if _, err := w.conn.Write(w.call); err != nil {
		return err
	}
	for first := true; ; first = false {
		line, err := w.in.ReadSlice('\n')
		switch {
		case err != nil:
			return err
		case first && !bytes.HasPrefix(line, []byte("HTTP/1.1 204 ")):
			rest, _ := io.ReadAll(io.LimitReader(w.in, int64(w.in.Buffered())))
			return fmt.Errorf("%s%s", line, rest)
		case len(line) == len("\r\n"):
			return nil
		}
	}
}

func TestServers(t *testing.T) {
	for _, s := range servers {
		t.Run(s.name, func(t *testing.T) {
			require.NoError(t, dialWire(t, s.serve(t)).kill())
		})
	}
}

// BenchmarkThroughput sends kills of one address that is gone, by 1, 16 and 256
// callers at a time, over loopback.
func BenchmarkThroughput(b *testing.B) {
	for _, s := range servers {
		for _, callers := range []int{1, 16, 256} {
			b.Run(fmt.Sprintf("%s/n=%d", s.name, callers), func(b *testing.B) {
				endpoint := s.serve(b)
				var sent atomic.Int64
				var all sync.WaitGroup
				wires := make([]*wire, callers)
				for i := range wires {
					wires[i] = dialWire(b, endpoint)
				}
				b.ResetTimer()
				for _, w := range wires {
					all.Go(func() {
						for sent.Add(1) <= int64(b.N) {
							if err := w.kill(); err != nil {
								b.Error(err)
								return
							}
						}
					})
				}
				all.Wait()
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "kills/s")
			})
		}
	}
}
