package faults

import (
	"context"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
)

func lines(text string) func(func(string) bool) { return strings.Lines(text) }

// A checkerTest has a checker, a caller and a faulty server.
type checkerTest struct {
	checker *checker
	caller  *caller
	clients *clients
	audit   *audit
	row     *Row
}

func startChecker(t *testing.T, l *faultyServer) *checkerTest {
	t.Helper()
	node, err := startNode(t.Context(), localnode.Find())
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, node.Close()) })
	reg := newRegistry()
	ip := netip.AddrFrom4([4]byte{127, 63, byte(rand.IntN(250)), byte(1 + rand.IntN(250))})
	clients := openClients(context.WithoutCancel(t.Context()), node, reg, ip, 8, false)
	t.Cleanup(clients.close)
	ready, cancel := context.WithTimeout(t.Context(), startTime)
	defer cancel()
	require.NoError(t, clients.await(ready))

	*l = faultyServer{t: t, admin: redistest.Dial(t, node.Addr(), ""), file: filepath.Join(t.TempDir(), "audit.jsonl"), also: clients.all[clients.size].from.String(), fault: l.fault}
	api := httptest.NewServer(l)
	t.Cleanup(api.Close)
	row := newRow(Fault{Name: "test"})
	ch := &checker{node: node, reg: reg, row: row, limit: 10 * time.Second}
	recorder := &recorder{next: http.DefaultTransport, run: func() int64 { return 1 }, checker: func() *checker { return ch }, name: "test"}
	c := &caller{url: api.URL, node: direct, credentials: client.Token("x"), http: &http.Client{Transport: recorder}, clients: clients, run: recorder.run, random: rand.New(rand.NewPCG(1, 1))}
	return &checkerTest{ch, c, clients, newAudit(l.file), row}
}

// conclude runs all checks and returns the kinds of violations.
func (ct *checkerTest) conclude() []violation {
	time.Sleep(100 * time.Millisecond) // until the clients have seen the end of their sessions
	index := newRequestIndex(ct.checker.exchanges, time.Now())
	ct.checker.checkEnds(index)
	ct.checker.checkLabels(index)
	ct.checker.checkAudit(ct.audit, func(string) bool { return false })
	return slices.Sorted(maps.Keys(ct.row.Violations))
}

// nobody returns an entry with an address that no session has.
func (ct *checkerTest) nobody() entry {
	return entry{addr: netip.AddrPortFrom(ct.clients.all[0].from.Addr(), 999)}
}

func (ct *checkerTest) first(n int) (entries []entry) {
	for _, s := range ct.clients.all[:n] {
		entries = append(entries, entry{addr: s.from})
	}
	return entries
}

func TestTheCheckerFindsEachFault(t *testing.T) {
	requireServer(t)
	for name, test := range map[string]struct {
		fault func(l *faultyServer, addrs []string, a *fakeResponse)
		want  []violation
	}{
		"no fault": {nil, nil},
		"a 204 that kills nothing": {func(_ *faultyServer, _ []string, a *fakeResponse) { a.killsNothing = true },
			[]violation{false204, wrongLabel}},
		"a 204 that kills nothing and says gone": {func(_ *faultyServer, _ []string, a *fakeResponse) {
			a.killsNothing = true
			a.labels = slices.Repeat([]string{gone}, len(a.labels))
			a.audited = a.labels
		}, []violation{false204}},
		"another session is killed too": {func(l *faultyServer, _ []string, _ *fakeResponse) { l.kill(l.also) },
			[]violation{wrongKill}},
		"killed is labeled gone": {func(_ *faultyServer, _ []string, a *fakeResponse) { a.labels[0], a.audited[0] = gone, gone },
			[]violation{wrongLabel}},
		"gone is labeled killed": {func(_ *faultyServer, _ []string, a *fakeResponse) { a.labels[4], a.audited[4] = killed, killed },
			[]violation{wrongLabel}},
		"killed is labeled replaced": {func(_ *faultyServer, _ []string, a *fakeResponse) { a.labels[0], a.audited[0] = replaced, replaced },
			[]violation{wrongLabel}},
		"the counts do not match the entries": {func(_ *faultyServer, _ []string, a *fakeResponse) { a.header = "killed=9, gone=1, replaced=0" },
			[]violation{wrongAudit, wrongLabel}},
		"the header is missing": {func(_ *faultyServer, _ []string, a *fakeResponse) { a.labels = nil },
			[]violation{wrongLabel}},
		"the audit has another outcome": {func(_ *faultyServer, _ []string, a *fakeResponse) { a.audited[0] = gone },
			[]violation{wrongAudit}},
		"the audit has no outcome": {func(_ *faultyServer, _ []string, a *fakeResponse) { a.audited = nil },
			[]violation{wrongAudit}},
		"the audit has no intent": {func(_ *faultyServer, _ []string, a *fakeResponse) { a.intent = false },
			[]violation{wrongAudit}},
		"an error that kills": {func(l *faultyServer, addrs []string, a *fakeResponse) {
			a.status, a.labels, a.body = 400, nil, `{"error_code":"DCS.4800","error_msg":"Invalid request."}`
		}, []violation{wrongKill}},
		"an error without a reason": {func(_ *faultyServer, _ []string, a *fakeResponse) {
			a.status, a.labels, a.body = 500, nil, `{"error_code":"DCS.5024","error_msg":"Failed to query the instance."}`
		}, []violation{noReason}},
		"an error with internals": {func(_ *faultyServer, _ []string, a *fakeResponse) {
			a.status, a.labels, a.body = 500, nil, `{"error_code":"DCS.5024","error_msg":"Failed.","error_ext_msg":"dial tcp 10.0.0.1:6379: refused"}`
		}, []violation{noReason}},
		"an empty error": {func(_ *faultyServer, _ []string, a *fakeResponse) { a.status, a.labels = 503, nil },
			[]violation{noReason}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := &faultyServer{fault: test.fault}
			ct := startChecker(t, l)
			e := ct.caller.kill(t.Context(), append(ct.first(4), ct.nobody()))
			require.NotNil(t, e)
			assert.Equal(t, test.want, ct.conclude(), ct.row.Texts)
		})
	}
}

func TestTheCheckerFindsAKillOfALaterSession(t *testing.T) {
	requireServer(t)
	l := &faultyServer{}
	ct := startChecker(t, l)
	entries := ct.first(1)
	entries[0].listed, entries[0].run = "t-that-left", 1
	ct.caller.kill(t.Context(), entries)
	assert.Contains(t, ct.conclude(), wrongKill)
}

func TestTheCheckerFindsAKillOfAProtectedSession(t *testing.T) {
	requireServer(t)
	l := &faultyServer{}
	ct := startChecker(t, l)
	ct.caller.kill(t.Context(), []entry{{addr: ct.clients.all[len(ct.clients.all)-1].from}})
	assert.Contains(t, ct.conclude(), wrongKill)
}

func TestTheCheckerFindsALateResponse(t *testing.T) {
	requireServer(t)
	l := &faultyServer{fault: func(*faultyServer, []string, *fakeResponse) { time.Sleep(20 * time.Millisecond) }}
	ct := startChecker(t, l)
	ct.checker.limit = 10 * time.Millisecond
	ct.caller.kill(t.Context(), ct.first(1))
	assert.Equal(t, []violation{tooSlow}, ct.conclude())
}
