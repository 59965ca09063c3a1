package faults

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/gen"
	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
)

// A fakeResponse is the response and the audit record of a faultyServer. They are
// correct until the fault changes them.
type fakeResponse struct {
	status       int
	body         string
	labels       []string // of each entry; nil: no header
	intent       bool
	audited      []string // of each entry; nil: no outcome
	header       string   // "": from the labels
	killsNothing bool
}

// A faultyServer serves kills by address. It is correct except for its fault.
type faultyServer struct {
	t     *testing.T
	admin *localnode.Session
	file  string
	also  string // an address that no request names
	fault func(l *faultyServer, addrs []string, a *fakeResponse)
}

func (l *faultyServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var req gen.HangUpClientsRequest
	if json.NewDecoder(r.Body).Decode(&req) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	a := &fakeResponse{status: http.StatusNoContent, intent: true, labels: make([]string, len(req.ClientAddrs))}
	a.audited = a.labels
	for i, addr := range req.ClientAddrs {
		a.labels[i] = gone
		if l.connected(addr) {
			a.labels[i] = killed
		}
	}
	a.audited = slices.Clone(a.labels)
	if l.fault != nil {
		l.fault(l, req.ClientAddrs, a)
	}
	if !a.killsNothing {
		for _, addr := range req.ClientAddrs {
			l.kill(addr)
		}
	}
	l.record(r.Header.Get("X-Request-Id"), req.ClientAddrs, a)
	if a.header == "" && a.labels != nil {
		a.header = headerOf(a.labels)
	}
	if a.header != "" {
		w.Header().Set("X-Kill-Outcome", a.header)
	}
	w.WriteHeader(a.status)
	fmt.Fprint(w, a.body)
}

func (l *faultyServer) connected(addr string) bool {
	list, err := l.admin.Do("CLIENT", "LIST")
	require.NoError(l.t, err)
	for line := range lines(list) {
		if field(line, " addr=") == addr {
			return true
		}
	}
	return false
}

func (l *faultyServer) kill(addr string) {
	_, err := l.admin.Do("CLIENT", "KILL", "ADDR", addr)
	require.NoError(l.t, err)
}

// record writes the audit records.
func (l *faultyServer) record(id string, addrs []string, a *fakeResponse) {
	file, err := os.OpenFile(l.file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	require.NoError(l.t, err)
	defer file.Close()
	write := func(r map[string]any) {
		r["request_id"], r["time"] = id, time.Now()
		require.NoError(l.t, json.NewEncoder(file).Encode(r))
	}
	if a.intent {
		write(map[string]any{"event": "intent"})
	}
	if a.audited == nil {
		return
	}
	result := map[string][]string{}
	for i, label := range a.audited {
		if !slices.Contains(result[label], addrs[i]) {
			result[label] = append(result[label], addrs[i])
		}
	}
	write(map[string]any{"event": "outcome", "results": []any{result}})
}

// headerOf returns the header for the labels of distinct entries.
func headerOf(labels []string) string {
	counts := map[string]int{}
	bits := map[string][]byte{gone: make([]byte, (len(labels)+7)/8), replaced: make([]byte, (len(labels)+7)/8)}
	for i, label := range labels {
		counts[label]++
		if bits[label] != nil {
			bits[label][i/8] |= 0x80 >> (i % 8)
		}
	}
	text := fmt.Sprintf("killed=%d, gone=%d, replaced=%d", counts[killed], counts[gone], counts[replaced])
	for _, label := range []string{gone, replaced} {
		if n := counts[label]; n > 0 && n < len(labels) {
			text += fmt.Sprintf(", %s-at=:%s:", label, base64.StdEncoding.EncodeToString(bits[label]))
		}
	}
	return text
}
