package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dcs-sessions/dcs-sessions/gen"
	"github.com/dcs-sessions/dcs-sessions/signature"
)

// TestPrograms proves that each makes the call, and signs it where its package
// says so.
func TestPrograms(t *testing.T) {
	key := signature.Key{AccessKeyID: "QTWAOYTTINDUT2QVKYUC", SecretKey: "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc"}
	t.Chdir("..")
	for _, p := range programs {
		t.Run(string(p), func(t *testing.T) {
			binary := filepath.Join(t.TempDir(), "program")
			if out, err := exec.Command("go", "build", "-o", binary, p.pkg()).CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			status, calls := http.StatusNoContent, 0
			api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				calls++
				body, _ := io.ReadAll(r.Body)
				var kill gen.HangUpClientsRequest
				if err := json.Unmarshal(body, &kill); err != nil || kill.NodeID != "n" || !slices.Equal(kill.ClientAddrs, []string{"10.0.0.1:1", "10.0.0.2:2"}) {
					t.Errorf("%s: %v", body, err)
				}
				if want := "/v2/p/instances/i/clients/kill"; r.Method != http.MethodPost || r.RequestURI != want {
					t.Errorf("%s %s", r.Method, r.RequestURI)
				}
				a, err := signature.Parse(r)
				if signs := p == "client" || p == "sdk"; signs != (err == nil) {
					t.Errorf("signed: %v", err)
				} else if signs {
					if err := a.Verify(r, body, key.SecretKey, time.Now()); err != nil {
						t.Error(err)
					}
				}
				w.WriteHeader(status)
			}))
			defer api.Close()
			kill := func() error {
				cmd := exec.Command(binary, api.URL, "p", "i", "n", "10.0.0.1:1", "10.0.0.2:2")
				cmd.Env = append(os.Environ(), "DCS_ACCESS_KEY="+key.AccessKeyID, "DCS_SECRET_KEY="+key.SecretKey)
				return cmd.Run()
			}
			if err := kill(); err != nil || calls != 1 {
				t.Errorf("%d calls: %v", calls, err)
			}
			if status = http.StatusBadRequest; kill() == nil {
				t.Error("400 is success")
			}
		})
	}
}

func TestTable(t *testing.T) {
	s := time.Second
	got := table([]cost{
		{"bare", 0, []time.Duration{s, s}, 5e6, 0},
		{"client", 2, []time.Duration{3 * s, 1 * s, 2 * s}, 6e6, 1e6},
		{"sdk", 10, []time.Duration{20 * s, 10 * s, 6 * s, 12 * s}, 15e6, 50e6},
	})
	for _, want := range []string{
		"| bare | 0 | 1.0 s (1.0–1.0) | 5.0 MB | 0.0 MB |\n",
		"| client | 2 | 2.0 s (1.0–3.0) | +1.0 MB | 1.0 MB |\n",
		"| sdk | 10 | 11.0 s (6.0–20.0) | +10.0 MB | 50.0 MB |\n",
		"| client ÷ sdk | 0.2 | 0.182 | 0.1 | 0.02 |\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
}

func TestImports(t *testing.T) {
	t.Chdir("..")
	bare, err := program("bare").imports(t.Context())
	if err != nil || bare.packages != 0 || bare.download != 0 {
		t.Errorf("bare: %+v, %v", bare, err)
	}
	sdk, err := program("sdk").imports(t.Context())
	if err != nil || sdk.packages < 10 || sdk.download < 10e6 {
		t.Errorf("sdk: %+v, %v", sdk, err)
	}
}
