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

// trial is a judge of a liar, and a caller of it.
type trial struct {
	judge  *judge
	caller *caller
	crowd  *crowd
	audit  *audit
	row    *Row
}

func tryLiar(t *testing.T, l *liar) *trial {
	t.Helper()
	node, err := startNode(t.Context(), localnode.Find())
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, node.Close()) })
	reg := newRegistry()
	ip := netip.AddrFrom4([4]byte{127, 63, byte(rand.IntN(250)), byte(1 + rand.IntN(250))})
	crowd := gather(context.WithoutCancel(t.Context()), node, reg, ip, 8, false)
	t.Cleanup(crowd.close)
	ready, cancel := context.WithTimeout(t.Context(), startTime)
	defer cancel()
	require.NoError(t, crowd.await(ready))

	*l = liar{t: t, admin: redistest.Dial(t, node.Addr(), ""), file: filepath.Join(t.TempDir(), "audit.jsonl"), also: crowd.slots[crowd.size].from.String(), lie: l.lie}
	api := httptest.NewServer(l)
	t.Cleanup(api.Close)
	row := newRow(Fault{Name: "a lie"})
	j := &judge{node: node, reg: reg, row: row, limit: 10 * time.Second}
	recorder := &recorder{next: http.DefaultTransport, run: func() int64 { return 1 }, judge: func() *judge { return j }, name: "trial"}
	c := &caller{url: api.URL, node: direct, credentials: client.Token("x"), http: &http.Client{Transport: recorder}, crowd: crowd, run: recorder.run, random: rand.New(rand.NewPCG(1, 1))}
	return &trial{j, c, crowd, newAudit(l.file), row}
}

// conclude judges the whole, and returns the kinds of breaches.
func (tr *trial) conclude() []breach {
	time.Sleep(100 * time.Millisecond) // until this side has seen what the node did
	x := newIndex(tr.judge.exchanges, time.Now())
	tr.judge.judgeEnds(x)
	tr.judge.judgeLabels(x)
	tr.judge.judgeAudit(tr.audit, func(string) bool { return false })
	return slices.Sorted(maps.Keys(tr.row.Breaches))
}

// nobody returns an address that no session has.
func (tr *trial) nobody() ask {
	return ask{addr: netip.AddrPortFrom(tr.crowd.slots[0].from.Addr(), 999)}
}

func (tr *trial) first(n int) (asks []ask) {
	for _, s := range tr.crowd.slots[:n] {
		asks = append(asks, ask{addr: s.from})
	}
	return asks
}

func TestTheJudgeFindsEachLie(t *testing.T) {
	if localnode.Find() == "" {
		t.Skip("no server on PATH")
	}
	for name, test := range map[string]struct {
		lie  func(l *liar, addrs []string, a *answer)
		want []breach
	}{
		"the truth": {nil, nil},
		"204 and nothing is killed": {func(_ *liar, _ []string, a *answer) { a.notKills = true },
			[]breach{falseDone, wrongLabel}},
		"204, nothing is killed, and it says gone": {func(_ *liar, _ []string, a *answer) {
			a.notKills = true
			a.labels = slices.Repeat([]string{gone}, len(a.labels))
			a.audited = a.labels
		}, []breach{falseDone}},
		"one too many is killed": {func(l *liar, _ []string, _ *answer) { l.kill(l.also) },
			[]breach{wrongKill}},
		"killed is told as gone": {func(_ *liar, _ []string, a *answer) { a.labels[0], a.audited[0] = gone, gone },
			[]breach{wrongLabel}},
		"gone is told as killed": {func(_ *liar, _ []string, a *answer) { a.labels[4], a.audited[4] = killed, killed },
			[]breach{wrongLabel}},
		"killed is told as replaced": {func(_ *liar, _ []string, a *answer) { a.labels[0], a.audited[0] = replaced, replaced },
			[]breach{wrongLabel}},
		"the counts are not those of the entries": {func(_ *liar, _ []string, a *answer) { a.header = "killed=9, gone=1, replaced=0" },
			[]breach{wrongAudit, wrongLabel}},
		"the header is missing": {func(_ *liar, _ []string, a *answer) { a.labels = nil },
			[]breach{wrongLabel}},
		"the audit has another outcome": {func(_ *liar, _ []string, a *answer) { a.audited[0] = gone },
			[]breach{wrongAudit}},
		"the audit has no outcome": {func(_ *liar, _ []string, a *answer) { a.audited = nil },
			[]breach{wrongAudit}},
		"the audit has no intent": {func(_ *liar, _ []string, a *answer) { a.intent = false },
			[]breach{wrongAudit}},
		"an error kills": {func(l *liar, addrs []string, a *answer) {
			a.status, a.labels, a.body = 400, nil, `{"error_code":"DCS.4800","error_msg":"Invalid request."}`
		}, []breach{wrongKill}},
		"an error does not say why": {func(_ *liar, _ []string, a *answer) {
			a.status, a.labels, a.body = 500, nil, `{"error_code":"DCS.5024","error_msg":"Failed to query the instance."}`
		}, []breach{noReason}},
		"an error shows internals": {func(_ *liar, _ []string, a *answer) {
			a.status, a.labels, a.body = 500, nil, `{"error_code":"DCS.5024","error_msg":"Failed.","error_ext_msg":"dial tcp 10.0.0.1:6379: refused"}`
		}, []breach{noReason}},
		"an error is empty": {func(_ *liar, _ []string, a *answer) { a.status, a.labels = 503, nil },
			[]breach{noReason}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := &liar{lie: test.lie}
			tr := tryLiar(t, l)
			e := tr.caller.kill(t.Context(), append(tr.first(4), tr.nobody()))
			require.NotNil(t, e)
			assert.Equal(t, test.want, tr.conclude(), tr.row.Texts)
		})
	}
}

func TestTheJudgeFindsThatANewcomerIsKilledForOneThatWasListed(t *testing.T) {
	if localnode.Find() == "" {
		t.Skip("no server on PATH")
	}
	l := &liar{}
	tr := tryLiar(t, l)
	asks := tr.first(1)
	asks[0].listed, asks[0].run = "t-that-left", 1
	tr.caller.kill(t.Context(), asks)
	assert.Contains(t, tr.conclude(), wrongKill)
}

func TestTheJudgeFindsAProtectedSessionThatIsKilled(t *testing.T) {
	if localnode.Find() == "" {
		t.Skip("no server on PATH")
	}
	l := &liar{}
	tr := tryLiar(t, l)
	tr.caller.kill(t.Context(), []ask{{addr: tr.crowd.slots[len(tr.crowd.slots)-1].from}})
	assert.Contains(t, tr.conclude(), wrongKill)
}

func TestTheJudgeFindsALateAnswer(t *testing.T) {
	if localnode.Find() == "" {
		t.Skip("no server on PATH")
	}
	l := &liar{lie: func(*liar, []string, *answer) { time.Sleep(20 * time.Millisecond) }}
	tr := tryLiar(t, l)
	tr.judge.limit = 10 * time.Millisecond
	tr.caller.kill(t.Context(), tr.first(1))
	assert.Equal(t, []breach{tooSlow}, tr.conclude())
}
