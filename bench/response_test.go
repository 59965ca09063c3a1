package bench

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/dcs-sessions/dcs-sessions/gen"
)

//go:embed testdata/list.yaml
var listContract []byte

const listPath = "/v2/8f7ee18188e249b7a4bf81f18f93a135/instances/0f8a9d2c-5b1e-4c33-b0a6-d1f0a8d1c9e4/clients"

type sessionList struct {
	Time    string    `json:"time"`
	Count   int       `json:"count"`
	Clients []session `json:"clients"`
}

type session struct {
	ID       string `json:"id"`
	Addr     string `json:"addr"`
	FD       string `json:"fd"`
	Name     string `json:"name"`
	Cmd      string `json:"cmd"`
	DB       string `json:"db"`
	Flags    string `json:"flags"`
	Events   string `json:"events"`
	Network  string `json:"network"`
	Peer     string `json:"peer"`
	User     string `json:"user"`
	Age      int32  `json:"age"`
	Idle     int32  `json:"idle"`
	Sub      int32  `json:"sub"`
	PSub     int32  `json:"psub"`
	Multi    int32  `json:"multi"`
	QBuf     int32  `json:"qbuf"`
	QBufFree int32  `json:"qbuf_free"`
	OBL      int32  `json:"obl"`
	OLL      int32  `json:"oll"`
	OMem     int32  `json:"omem"`
}

func listOf(n int) sessionList {
	list := sessionList{Time: "2025-11-24T07:00:00Z", Count: n}
	for i := range n {
		addr := fmt.Sprintf("10.63.%d.%d:%d", i>>8&255, i&255, 1024+i)
		list.Clients = append(list.Clients, session{
			ID: fmt.Sprint(100 + i), Addr: addr, FD: fmt.Sprint(8 + i), Name: fmt.Sprintf("checkout-%d", i%16),
			Cmd: "hgetall", DB: "0", Flags: "N", Events: "r", Network: "tcp", Peer: addr, User: "default",
			Age: int32(i), Idle: int32(i % 300), Multi: -1, QBuf: 26, QBufFree: 20448,
		})
	}
	return list
}

// A responseCase is a response that the contract allows, and one that violates it.
type responseCase struct {
	name        string
	status      int
	good, wrong any // nil: there is no body
	headerless  bool
}

func responseCases() []responseCase {
	clients := make([]map[string]any, 1000)
	for i := range clients {
		clients[i] = map[string]any{"id": "1", "addr": "10.0.0.1:1", "age": 1}
	}
	clients[999]["age"] = "1"
	return []responseCase{
		{name: "204", status: http.StatusNoContent, headerless: true},
		{name: "400", status: http.StatusBadRequest,
			good:  gen.ErrorResponse{ErrorCode: "DCS.4800", ErrorMsg: "Invalid request."},
			wrong: map[string]any{"error_msg": "Invalid request."}},
		{name: "list", status: http.StatusOK,
			good:  listOf(1000),
			wrong: map[string]any{"time": "now", "count": 1000, "clients": clients}},
	}
}

// answer is the handler that all peers wrap. It encodes to a buffer first, as the generated
// server does.
func answer(status int, value any, header bool) operation {
	return func(w http.ResponseWriter) {
		var buf bytes.Buffer
		if value != nil {
			if err := json.NewEncoder(&buf).Encode(value); err != nil {
				panic(err)
			}
			w.Header().Set("Content-Type", "application/json")
		}
		if header {
			w.Header().Set("X-Request-Id", requestID)
		}
		w.WriteHeader(status)
		if value != nil {
			buf.WriteTo(w)
		}
	}
}

// An operation has the methods of a generated handler.
type operation func(w http.ResponseWriter)

func (o operation) ServeHTTP(w http.ResponseWriter, _ *http.Request) { o(w) }

func (o operation) ServeBound(w http.ResponseWriter, _ *http.Request, _ interface{ PathValue(string) string }, _ any) {
	o(w)
}

// routed returns a peer around a ServeMux.
func routed(wrap func(testing.TB, []byte, http.Handler) http.Handler) func(testing.TB, []byte, operation) http.Handler {
	return func(tb testing.TB, contract []byte, o operation) http.Handler {
		mux := http.NewServeMux()
		mux.Handle("GET /v2/{project_id}/instances/{instance_id}/clients", o)
		return wrap(tb, contract, mux)
	}
}

var responsePeers = []struct {
	name      string
	validates bool
	around    func(testing.TB, []byte, operation) http.Handler
}{
	{"bare", false, routed(func(_ testing.TB, _ []byte, next http.Handler) http.Handler { return next })},
	{"ours", true, oursList},
	{"ours-middleware", true, routed(ours)},
	{"kin", true, routed(kin)},
	{"libopenapi-validator", true, routed(libopenapiValidator)},
}

// TestResponsePeers proves that each validator accepts the good response and refuses the
// bad one.
func TestResponsePeers(t *testing.T) {
	for _, p := range responsePeers {
		for _, c := range responseCases() {
			t.Run(p.name+"/"+c.name, func(t *testing.T) {
				g := newRig(http.MethodGet, listPath, nil)
				good := p.around(t, listContract, answer(c.status, c.good, true))
				if status := g.do(good); status != c.status {
					t.Errorf("a good response: status %d, want %d", status, c.status)
				}
				if want := len(marshal(c.good)) + 1; c.good != nil && g.w.written != want { // Encode ends the line
					t.Errorf("a good response: %d bytes, want %d", g.w.written, want)
				}
				wrong := p.around(t, listContract, answer(c.status, c.wrong, !c.headerless))
				status := g.do(wrong)
				if refused := status == http.StatusInternalServerError; refused != p.validates {
					t.Errorf("a wrong response: status %d", status)
				}
			})
		}
	}
}

// BenchmarkResponse answers a GET without a body.
func BenchmarkResponse(b *testing.B) {
	for _, p := range responsePeers {
		b.Run(p.name, func(b *testing.B) {
			for _, c := range responseCases() {
				b.Run(c.name, func(b *testing.B) {
					h := p.around(b, listContract, answer(c.status, c.good, true))
					measure(b, newRig(http.MethodGet, listPath, nil), h, c.status)
				})
			}
		})
	}
}
