package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"testing"

	dcssessions "github.com/dcs-sessions/dcs-sessions"
	"github.com/dcs-sessions/dcs-sessions/gen"
	"github.com/dcs-sessions/dcs-sessions/gen/strictserver"
)

const (
	killTemplate = "/v2/{project_id}/instances/{instance_id}/clients/kill"
	killPath     = "/v2/8f7ee18188e249b7a4bf81f18f93a135/instances/0f8a9d2c-5b1e-4c33-b0a6-d1f0a8d1c9e4/clients/kill"
)

var sizes = []int{2, 100, 1_000, 10_000}

// A requestPeer answers the kill with 204.
type requestPeer struct {
	name      string
	validates bool
	handler   func(testing.TB) http.Handler
}

// around returns the peer that puts wrap around the generated server.
func around(wrap func(testing.TB, []byte, http.Handler) http.Handler) func(testing.TB) http.Handler {
	return func(tb testing.TB) http.Handler { return wrap(tb, dcssessions.Contract(), strictKill(tb)) }
}

var requestPeers = []requestPeer{
	{"bare", false, bareKill},
	{"strict", false, strictKill},
	{"ours", true, oursKill},
	{"ours-middleware", true, around(ours)},
	{"nethttp-middleware", true, around(nethttpMiddleware)},
	{"kin", true, around(kin)},
	{"libopenapi-validator", true, around(libopenapiValidator)},
	{"huma", true, humaKill},
}

// bareKill is written by hand, without a contract.
func bareKill(testing.TB) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+killTemplate, func(w http.ResponseWriter, r *http.Request) {
		var kill gen.HangUpClientsRequest
		if err := json.NewDecoder(r.Body).Decode(&kill); err != nil || len(kill.ClientAddrs) == 0 {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		w.Header().Set("X-Request-Id", requestID)
		w.WriteHeader(http.StatusNoContent)
	})
	return mux
}

func strictKill(testing.TB) http.Handler {
	return strictserver.Handler(strictserver.NewStrictHandler(strictServer{}, nil))
}

type strictServer struct {
	strictserver.StrictServerInterface
} // one operation is enough

func (strictServer) HangUpClients(_ context.Context, r strictserver.HangUpClientsRequestObject) (strictserver.HangUpClientsResponseObject, error) {
	if len(r.Body.ClientAddrs) == 0 {
		return nil, fmt.Errorf("there are no addresses")
	}
	return noContent{}, nil
}

// noContent is a response with status 204.
type noContent struct{}

func (noContent) VisitHangUpClientsResponse(w http.ResponseWriter) error {
	w.Header().Set("X-Request-Id", requestID)
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func killBody(n int) []byte { return marshal(killOf(n)) }

// killOf returns a kill of n addresses. One in eight is an IPv6 address.
func killOf(n int) gen.HangUpClientsRequest {
	kill := gen.HangUpClientsRequest{NodeID: "8f7ee181-88e2-49b7-a4bf-81f18f93a135"}
	for i := range n {
		host := fmt.Sprintf("10.63.%d.%d", i>>8&255, i&255)
		if i%8 == 7 {
			host = fmt.Sprintf("[2001:db8::%x]", i)
		}
		kill.ClientAddrs = append(kill.ClientAddrs, fmt.Sprintf("%s:%d", host, 1024+i))
	}
	return kill
}

func marshal(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil { // strings and numbers always encode
		panic(err)
	}
	return data
}

// TestPeers proves that each validator accepts the good request and refuses bad ones.
func TestPeers(t *testing.T) {
	bad := map[string]string{
		"an address without a port": `{"node_id":"n","client_addrs":["10.0.0.1:1","10.0.0.1"]}`,
		"a node id with a slash":    `{"node_id":"a/b","client_addrs":["10.0.0.1:1"]}`,
		"a member too many":         `{"node_id":"n","client_addrs":["10.0.0.1:1"],"more":1}`,
	}
	for _, p := range requestPeers {
		t.Run(p.name, func(t *testing.T) {
			h := p.handler(t)
			for _, n := range sizes {
				g := newRig(http.MethodPost, killPath, killBody(n))
				if status := g.do(h); status != http.StatusNoContent {
					t.Errorf("%d addresses: status %d, want 204", n, status)
				}
				if got := g.w.header.Get("X-Request-Id"); got != requestID {
					t.Errorf("%d addresses: X-Request-Id %q", n, got)
				}
			}
			for name, data := range bad {
				status := newRig(http.MethodPost, killPath, []byte(data)).do(h)
				if refused := status >= 400 && status < 500; refused != p.validates {
					t.Errorf("%s: status %d", name, status)
				}
			}
			status := newRig(http.MethodPost, "/v2/p$/instances/i/clients/kill", killBody(1)).do(h)
			if refused := status >= 400 && status < 500; refused != p.validates {
				t.Errorf("a project id with a dollar: status %d", status)
			}
		})
	}
}

// TestAmbiguousBodies proves what README.md says about JSON that parsers read
// differently.
func TestAmbiguousBodies(t *testing.T) {
	const kill = `{"node_id":"n","client_addrs":["10.0.0.1:1"]`
	for _, c := range []struct {
		name, body string
		accept     []string
	}{
		{"a key twice", kill + `,"node_id":"m"}`, []string{"nethttp-middleware", "kin", "libopenapi-validator", "huma"}},
		{"a key that differs by case", kill + `,"Client_Addrs":["x"]}`, []string{"huma"}},
		{"a second value", kill + `} {}`, []string{"nethttp-middleware", "kin"}},
	} {
		for _, p := range requestPeers {
			status := newRig(http.MethodPost, killPath, []byte(c.body)).do(p.handler(t))
			want := !p.validates || slices.Contains(c.accept, p.name)
			if accepted := status == http.StatusNoContent; accepted != want {
				t.Errorf("%s, %s: status %d", p.name, c.name, status)
			}
		}
	}
}

// BenchmarkRequest answers the kill with 204.
func BenchmarkRequest(b *testing.B) {
	for _, p := range requestPeers {
		b.Run(p.name, func(b *testing.B) {
			h := p.handler(b)
			for _, n := range sizes {
				b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) {
					measure(b, newRig(http.MethodPost, killPath, killBody(n)), h, http.StatusNoContent)
				})
			}
		})
	}
}

func measure(b *testing.B, g *rig, h http.Handler, want int) {
	g.do(h) // what is made once is made now
	b.ReportAllocs()
	for b.Loop() {
		if status := g.do(h); status != want {
			b.Fatalf("status %d, want %d", status, want)
		}
	}
}

// BenchmarkFallback answers a kill of 100 that is good but falls back, because its last
// address has an escape. BenchmarkRefusal refuses a kill because of its last address.
func BenchmarkFallback(b *testing.B) { benchmarkSlow(b, `\u0031"]`, http.StatusNoContent) }
func BenchmarkRefusal(b *testing.B)  { benchmarkSlow(b, `x"]`, http.StatusBadRequest) }

func benchmarkSlow(b *testing.B, end string, want int) {
	data := bytes.Replace(killBody(100), []byte(`"]`), []byte(end), 1)
	for _, p := range requestPeers {
		if p.name != "ours" && p.name != "ours-middleware" && p.name != "nethttp-middleware" {
			continue
		}
		b.Run(p.name, func(b *testing.B) {
			measure(b, newRig(http.MethodPost, killPath, data), p.handler(b), want)
		})
	}
}
