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

// An answer is what a liar answers and records, which begins as the truth.
type answer struct {
	status   int
	body     string
	labels   []string // of each entry; nil: no header
	intent   bool
	audited  []string // of each entry; nil: no outcome
	header   string   // "": from the labels
	notKills bool
}

// A liar answers kills by address: honestly, but for what lie makes of it.
type liar struct {
	t     *testing.T
	admin *localnode.Session
	file  string
	also  string // an address that nobody asks for
	lie   func(l *liar, addrs []string, a *answer)
}

func (l *liar) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var req gen.HangUpClientsRequest
	if json.NewDecoder(r.Body).Decode(&req) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	a := &answer{status: http.StatusNoContent, intent: true, labels: make([]string, len(req.ClientAddrs))}
	a.audited = a.labels
	for i, addr := range req.ClientAddrs {
		a.labels[i] = gone
		if l.connected(addr) {
			a.labels[i] = killed
		}
	}
	a.audited = slices.Clone(a.labels)
	if l.lie != nil {
		l.lie(l, req.ClientAddrs, a)
	}
	if !a.notKills {
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

func (l *liar) connected(addr string) bool {
	list, err := l.admin.Do("CLIENT", "LIST")
	require.NoError(l.t, err)
	for line := range lines(list) {
		if field(line, " addr=") == addr {
			return true
		}
	}
	return false
}

func (l *liar) kill(addr string) {
	_, err := l.admin.Do("CLIENT", "KILL", "ADDR", addr)
	require.NoError(l.t, err)
}

// record writes what the server would.
func (l *liar) record(id string, addrs []string, a *answer) {
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

// headerOf writes the header of labels of different entries.
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
