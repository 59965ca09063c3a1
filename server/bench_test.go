package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/gen"
	"github.com/dcs-sessions/dcs-sessions/gen/strictserver"
	"github.com/dcs-sessions/dcs-sessions/server"
)

// noKills implements only kills, which succeed and kill nothing.
type noKills struct {
	strictserver.StrictServerInterface
}

func (noKills) HangUpClients(ctx context.Context, _ strictserver.HangUpClientsRequestObject) (strictserver.HangUpClientsResponseObject, error) {
	return strictserver.HangUpClients204Response{}, nil
}

// BenchmarkCalls compares the whole server, without a node and a log, with a handler
// that only decodes and responds. Both serve on loopback.
func BenchmarkCalls(b *testing.B) {
	whole, err := server.NewWith(server.Options{Auth: testAuth(), Getenv: secrets, Log: slog.New(slog.DiscardHandler)}, noKills{})
	require.NoError(b, err)
	bare := http.NewServeMux()
	bare.HandleFunc("POST /v2/{project_id}/instances/{instance_id}/clients/kill", func(w http.ResponseWriter, r *http.Request) {
		var kill gen.HangUpClientsRequest
		if err := json.NewDecoder(r.Body).Decode(&kill); err != nil || len(kill.ClientAddrs) == 0 {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		w.Header().Set("X-Request-Id", "r")
		w.WriteHeader(http.StatusNoContent)
	})
	body := []byte(`{"node_id":"n","client_addrs":["10.63.238.158:2048","10.63.238.159:3058"]}`)
	for _, one := range []struct {
		name    string
		handler http.Handler
	}{{"bare", bare}, {"whole", whole}} {
		b.Run(one.name, func(b *testing.B) {
			srv := httptest.NewServer(one.handler)
			defer srv.Close()
			b.ReportAllocs()
			for b.Loop() {
				r, err := http.NewRequest(http.MethodPost, srv.URL+killPath, bytes.NewReader(body))
				require.NoError(b, err)
				r.Header.Set("Content-Type", "application/json")
				r.Header.Set("X-Auth-Token", opsToken)
				resp, err := http.DefaultClient.Do(r)
				require.NoError(b, err)
				io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
				require.Equal(b, http.StatusNoContent, resp.StatusCode)
			}
		})
	}
}
