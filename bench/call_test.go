package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dcs-sessions/dcs-sessions/gen"
	"github.com/dcs-sessions/dcs-sessions/signature"
	"github.com/dcs-sessions/dcs-sessions/validate"
)

var callSizes = []int{2, 1_000}

// checkCall returns an error unless r is the request to kill want.
func checkCall(r *http.Request, want gen.HangUpClientsRequest, signed bool) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	if r.Method != http.MethodPost || r.RequestURI != killPath {
		return fmt.Errorf("%s %s", r.Method, r.RequestURI)
	}
	var got gen.HangUpClientsRequest
	if err := json.Unmarshal(body, &got); err != nil {
		return err
	}
	if !reflect.DeepEqual(got, want) {
		return fmt.Errorf("it kills %v", got)
	}
	a, err := signature.Parse(r)
	if !signed {
		if err == nil {
			return fmt.Errorf("it is signed by %s", a)
		}
		return nil
	}
	if err != nil {
		return err
	}
	return a.Verify(r, body, key.SecretKey, time.Now())
}

// TestCallers proves that each caller sends the kill, signed if it should sign, on a
// connection that is kept, and that only 204 is success.
func TestCallers(t *testing.T) {
	for _, c := range callers {
		for _, n := range callSizes {
			t.Run(fmt.Sprintf("%s/n=%d", c.name, n), func(t *testing.T) {
				kill := killOf(n)
				var status, conns atomic.Int32
				status.Store(http.StatusNoContent)
				api := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if err := checkCall(r, kill, c.signs); err != nil {
						t.Error(err)
					}
					w.Header().Set("X-Request-Id", requestID)
					w.WriteHeader(int(status.Load()))
				}))
				api.Config.ConnState = func(_ net.Conn, s http.ConnState) {
					if s == http.StateNew {
						conns.Add(1)
					}
				}
				api.Start()
				defer api.Close()
				call := c.to(t, api.URL)
				for range 3 {
					if err := call(kill); err != nil {
						t.Error(err)
					}
				}
				if n := conns.Load(); n != 1 {
					t.Errorf("%d connections for three calls", n)
				}
				for _, other := range []int32{http.StatusOK, http.StatusBadRequest} {
					if status.Store(other); call(kill) == nil {
						t.Errorf("%d is success", other)
					}
				}
				if err := c.to(t, serve204(t))(kill); err != nil {
					t.Errorf("at the server that is measured with: %v", err)
				}
			})
		}
	}
}

func TestOnlyOneCallerValidates(t *testing.T) {
	for _, c := range callers {
		call := c.to(t, serve204(t))
		err := call(gen.HangUpClientsRequest{NodeID: "n", ClientAddrs: []string{"10.0.0.1"}})
		if refused := validate.AsViolations(err) != nil; refused != (c.name == "validated") {
			t.Errorf("%s, an address without a port: %v", c.name, err)
		}
	}
}

// TestCallAllocations proves that a signed call allocates at most half of what the official
// SDK allocates.
func TestCallAllocations(t *testing.T) {
	kill := killOf(2)
	allocs := map[string]float64{}
	for _, c := range callers {
		call := c.to(t, serve204(t))
		allocs[c.name] = testing.AllocsPerRun(100, func() {
			if err := call(kill); err != nil {
				t.Error(err)
			}
		})
	}
	if 2*allocs["ours"] > allocs["sdk"] || allocs["validated"] > allocs["sdk"] {
		t.Error(allocs)
	}
}

// BenchmarkCall makes one call over loopback, on a connection that is kept.
func BenchmarkCall(b *testing.B) {
	for _, c := range callers {
		b.Run(c.name, func(b *testing.B) {
			call := c.to(b, serve204(b))
			for _, n := range callSizes {
				b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) {
					kill := killOf(n)
					if err := call(kill); err != nil { // it connects
						b.Fatal(err)
					}
					b.ReportAllocs()
					for b.Loop() {
						if err := call(kill); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		})
	}
}
