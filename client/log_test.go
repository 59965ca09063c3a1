package client_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/client"
)

func TestEachAttemptIsALineOfTheLog(t *testing.T) {
	const path = "/v2/0d6f2e5a/instances/cache_1/clients/kill"
	line := func(more map[string]any) map[string]any {
		all := map[string]any{"level": "DEBUG", "msg": "request", "operation": "HangUpClients", "method": "POST", "path": path}
		for key, value := range more {
			all[key] = value
		}
		return all
	}
	echo := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Request-Id", "r\t"+r.Header.Get("X-Security-Token"))
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	a := serve(t, then(echo, hangUp, answer(204, http.Header{"X-Request-Id": {"r-3"}}, "")))
	var out bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	c, _ := patient(t, a.URL, client.Options{Log: log, Credentials: client.AccessKey(keys["a temporary key"])})
	require.NoError(t, killAt(t.Context(), c, addr))

	var got []map[string]any
	for text := range strings.Lines(out.String()) {
		var fields map[string]any
		require.NoError(t, json.Unmarshal([]byte(text), &fields))
		assert.Contains(t, fields, "duration")
		delete(fields, "duration")
		delete(fields, "time")
		got = append(got, fields)
	}
	assert.Equal(t, []map[string]any{
		line(map[string]any{"attempt": 1.0, "status": 503.0, "request_id": "r ***"}),
		line(map[string]any{"attempt": 2.0, "error": `Post "` + a.URL + path + `": EOF`}),
		line(map[string]any{"attempt": 3.0, "status": 204.0, "request_id": "r-3"}),
	}, got)
	for _, secret := range []string{secretKey, temporary, accessKey, "Signature", addr} {
		assert.NotContains(t, out.String(), secret)
	}
}

func TestTheLogIsSilentAboveDebug(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(slog.NewTextHandler(&out, nil))
	require.NoError(t, kill(t, serve(t, status(204)).URL, client.Options{Log: log}))
	assert.Empty(t, out.String())
}
