package server_test

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/fleet"
	"github.com/dcs-sessions/dcs-sessions/gen"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
	"github.com/dcs-sessions/dcs-sessions/server"
)

// lastResult returns the only result of the last outcome.
func (a *api) lastResult() map[string]any {
	a.t.Helper()
	records := a.audit.records(a.t)
	require.NotEmpty(a.t, records)
	results := records[len(records)-1]["results"].([]any)
	require.Len(a.t, results, 1)
	return results[0].(map[string]any)
}

// stable returns the records without the values that differ from run to run, and
// checks those.
func (a *api) stable() []map[string]any {
	a.t.Helper()
	records := a.audit.records(a.t)
	for _, r := range records {
		at, err := time.Parse(time.RFC3339Nano, r["time"].(string))
		require.NoError(a.t, err)
		assert.WithinDuration(a.t, time.Now(), at, time.Minute)
		assert.True(a.t, strings.HasSuffix(r["time"].(string), "Z"))
		assert.Regexp(a.t, `^127\.0\.0\.1:\d+$`, r["remote"])
		delete(r, "time")
		delete(r, "remote")
		if r["event"] == "outcome" {
			assert.Greater(a.t, r["duration_ms"], 0.)
			delete(r, "duration_ms")
		}
	}
	return records
}

// unfinished returns the request ids of the intents without an outcome.
func (a *api) unfinished() map[any]bool {
	open := map[any]bool{}
	for _, r := range a.audit.records(a.t) {
		if r["event"] == "intent" {
			open[r["request_id"]] = true
		} else {
			delete(open, r["request_id"])
		}
	}
	return open
}

// awaitIntents waits until n intents are recorded that have no outcome yet.
func (a *api) awaitIntents(n int) {
	a.t.Helper()
	require.Eventually(a.t, func() bool { return len(a.unfinished()) == n }, limit, time.Millisecond)
}

func TestAKillIsRecordedBeforeAndAfter(t *testing.T) {
	t.Parallel()
	node := redistest.Start(t)
	a := startAPI(t, fleet.NodeConfig{Address: node.Addr()})
	s := redistest.Dial(t, node.Addr(), "s")
	got := a.send("POST", killPath, killBody(s.Addr(), "10.0.0.1:1", "10.0.0.1:1"), map[string]string{"X-Request-Id": "deploy-7.a_b"})
	require.Equal(t, 204, got.status)
	assert.Equal(t, "deploy-7.a_b", got.header.Get("X-Request-Id"))
	common := func(event string, more map[string]any) map[string]any {
		r := map[string]any{"event": event, "action": "kill", "caller": "ops", "request_id": "deploy-7.a_b",
			"project_id": "p", "instance_id": "i", "node_ids": []any{"n"}}
		for k, v := range more {
			r[k] = v
		}
		return r
	}
	assert.Equal(t, []map[string]any{
		common("intent", map[string]any{"addrs": []any{s.Addr(), "10.0.0.1:1", "10.0.0.1:1"}}),
		common("outcome", map[string]any{"results": []any{map[string]any{"node_id": "n", "killed": []any{s.Addr()}, "gone": []any{"10.0.0.1:1"}}}}),
	}, a.stable())
	require.Eventually(t, func() bool { return len(a.log.lines(t, "request")) == 1 }, time.Second, time.Millisecond)
	request := a.log.lines(t, "request")[0]
	assert.Equal(t, "deploy-7.a_b", request["request_id"])
	assert.Equal(t, "ops", request["caller"])
	assert.NotContains(t, a.log.String()+a.audit.String(), opsToken)
}

func TestAKillThatTheNodeRefusesIsRecorded(t *testing.T) {
	t.Parallel()
	primary, _, link := startPair(t)
	a := startAPI(t, fleet.NodeConfig{Address: primary.Addr()})
	require.Equal(t, 400, a.kill(killBody("10.0.0.1:1", link())).status)
	assert.Equal(t, map[string]any{"node_id": "n", "protected": []any{link()}, "skipped": []any{"10.0.0.1:1"},
		"error": "the request names protected sessions"}, a.lastResult())
	require.NoError(t, primary.Close())
	require.Equal(t, 500, a.kill(killBody("10.0.0.1:1")).status)
	assert.Equal(t, []any{"10.0.0.1:1"}, a.lastResult()["skipped"])
	assert.Contains(t, a.lastResult()["error"], "the node cannot be reached")
}

func TestAKillAllIsRecordedBeforeAndAfter(t *testing.T) {
	t.Parallel()
	node, down := redistest.Start(t), redistest.Start(t)
	require.NoError(t, down.Close())
	a := startInstance(t, fleet.NodeConfig{ID: "n", Address: node.Addr()}, fleet.NodeConfig{ID: "m", Address: down.Addr()})
	s := redistest.Dial(t, node.Addr(), "s")
	own := ""
	for _, c := range a.list("?node_id=n").Clients {
		if c.Addr != s.Addr() {
			own = c.Addr
		}
	}
	got := a.send("POST", killAllPath, `{"kill_all_nodes":true}`, map[string]string{"X-Request-Id": "r"})
	require.Equal(t, 200, got.status)
	var ref gen.JobRef
	require.NoError(t, json.Unmarshal([]byte(got.body), &ref))
	a.await(ref.JobID)
	records := a.stable()
	require.Len(t, records, 2)
	results := records[1]["results"].([]any)
	assert.Contains(t, results[1].(map[string]any)["error"], "the node cannot be reached")
	delete(results[1].(map[string]any), "error")
	common := func(event string) map[string]any {
		return map[string]any{"event": event, "action": "kill-all", "caller": "ops", "request_id": "r", "job_id": ref.JobID,
			"project_id": "p", "instance_id": "i", "node_ids": []any{"n", "m"}}
	}
	outcome := common("outcome")
	outcome["results"] = []any{map[string]any{"node_id": "n", "killed": []any{s.Addr()}, "protected": []any{own}}, map[string]any{"node_id": "m"}}
	assert.Equal(t, []map[string]any{common("intent"), outcome}, records)
}

// openAudit opens the audit of a configuration.
func openAudit(t *testing.T, audit string) *server.AuditLog {
	t.Helper()
	config, err := server.LoadConfig(writeConfig(t, "listen: 127.0.0.1:0\naudit: "+audit+"\n"), os.Getenv)
	require.NoError(t, err)
	log, err := config.OpenAudit(io.Discard)
	require.NoError(t, err)
	t.Cleanup(func() { log.Close() })
	return log
}

func startAudited(t *testing.T, node string, audit io.Writer) *api {
	f, err := fleet.New(fleet.Options{Projects: []fleet.Project{{ID: "p", Instances: []fleet.Instance{{ID: "i", Nodes: []fleet.NodeConfig{{ID: "n", Address: node}}}}}}})
	require.NoError(t, err)
	t.Cleanup(func() { f.Close() })
	return start(t, server.Options{Fleet: f, Auth: testAuth(), Getenv: secrets, Audit: audit})
}

func TestWhatCannotBeRecordedIsNotKilled(t *testing.T) {
	t.Parallel()
	closed := openAudit(t, filepath.Join(t.TempDir(), "audit"))
	require.NoError(t, closed.Close())
	broken := map[string]io.Writer{
		"on a closed file": closed,
		"on half a line":   &tornWriter{},
	}
	if runtime.GOOS == "linux" {
		broken["on a full disk"] = openAudit(t, "/dev/full")
	}
	for name, audit := range broken {
		t.Run(name, func(t *testing.T) {
			node := redistest.Start(t)
			a := startAudited(t, node.Addr(), audit)
			s := redistest.Dial(t, node.Addr(), "s")
			for _, got := range []response{a.killPeers(s), a.killAll(`{"node_id":"n"}`), a.killAll(`{"kill_all_nodes":true}`)} {
				assert.Equal(t, 500, got.status)
				assert.Equal(t, "DCS.5000", got.fault.ErrorCode)
				assert.Equal(t, "Nothing was killed.", got.details())
			}
			assert.Contains(t, a.log.String(), "write the audit record: ")
			assert.True(t, s.Open())
			assert.Len(t, a.list("").Clients, 2, "a list needs no record")
			assert.NoError(t, a.Close(t.Context()), "no job is running")
		})
	}
}

func TestAnAuditThatPanicsLeavesNoJob(t *testing.T) {
	t.Parallel()
	a := startAudited(t, redistest.Start(t).Addr(), panicWriter{})
	for range 2 {
		got := a.killAll(`{"node_id":"n"}`)
		assert.Equal(t, 500, got.status, "not DCS.4957")
	}
	assert.NoError(t, a.Close(t.Context()))
}

var errTorn = errors.New("no space left")

// A tornWriter writes half of each record.
type tornWriter struct{ buf strings.Builder }

func (w *tornWriter) Write(p []byte) (int, error) {
	w.buf.Write(p[:len(p)/2])
	return len(p) / 2, errTorn
}

// A lateWriter writes its first record, and fails after that.
type lateWriter struct{ records int }

func (w *lateWriter) Write(p []byte) (int, error) {
	if w.records++; w.records > 1 {
		return 0, errTorn
	}
	return len(p), nil
}

func TestAnOutcomeThatCannotBeRecordedIsLogged(t *testing.T) {
	t.Parallel()
	node := redistest.Start(t)
	a := startAudited(t, node.Addr(), &lateWriter{})
	s := redistest.Dial(t, node.Addr(), "s")
	assert.Equal(t, 204, a.killPeers(s).status, "the kill is done even so")
	lost := a.log.lines(t, "the audit record could not be written")
	require.Len(t, lost, 1)
	assert.Equal(t, "ERROR", lost[0]["level"])
	assert.Equal(t, "no space left", lost[0]["error"])
	record := lost[0]["record"].(map[string]any)
	assert.Equal(t, "outcome", record["event"])
	assert.Equal(t, "ops", record["caller"])
	assert.Equal(t, []any{map[string]any{"node_id": "n", "killed": []any{s.Addr()}}}, record["results"])
}

func TestARecordAfterHalfARecordStartsANewLine(t *testing.T) {
	t.Parallel()
	node := redistest.Start(t)
	w := &mendedWriter{torn: &tornWriter{}}
	a := startAudited(t, node.Addr(), w)
	assert.Equal(t, 500, a.kill(killBody("10.0.0.1:1")).status)
	w.mended = true
	assert.Equal(t, 204, a.kill(killBody("10.0.0.1:1")).status)
	lines := strings.Split(strings.TrimSuffix(w.torn.buf.String(), "\n"), "\n")
	require.Len(t, lines, 3, "half an intent, an intent and an outcome")
	for _, line := range lines[1:] {
		assert.True(t, json.Valid([]byte(line)), line)
	}
}

// A gatedWriter blocks its first Write until the gate is closed, and writes no more
// than limit bytes of the second.
type gatedWriter struct {
	mu     sync.Mutex
	writes []string
	begun  chan struct{}
	gate   chan struct{}
	limit  int
}

func (w *gatedWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	w.writes = append(w.writes, string(p))
	number := len(w.writes)
	w.mu.Unlock()
	switch number {
	case 1:
		close(w.begun)
		<-w.gate
	case 2:
		if w.limit < len(p) {
			return w.limit, errTorn
		}
	}
	return len(p), nil
}

func (w *gatedWriter) all() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.writes)
}

// killWhileOneIsWritten sends one kill, and nine more while its intent is being
// written. It returns their statuses.
func killWhileOneIsWritten(t *testing.T, w *gatedWriter) (statuses []int) {
	a := startAudited(t, redistest.Start(t).Addr(), w)
	answers := make(chan int)
	kill := func() { answers <- a.kill(killBody("10.0.0.1:1")).status }
	go kill()
	<-w.begun
	for range 9 {
		go kill()
	}
	require.Eventually(t, func() bool { return a.WaitingRecords() == 9 }, 10*time.Second, time.Millisecond)
	close(w.gate)
	for range 10 {
		statuses = append(statuses, <-answers)
	}
	slices.Sort(statuses)
	return statuses
}

func TestWaitingRecordsShareOneWrite(t *testing.T) {
	t.Parallel()
	w := &gatedWriter{begun: make(chan struct{}), gate: make(chan struct{}), limit: 1 << 20}
	statuses := killWhileOneIsWritten(t, w)
	assert.Equal(t, slices.Repeat([]int{204}, 10), statuses)
	writes := w.all()
	require.GreaterOrEqual(t, len(writes), 3)
	assert.Equal(t, 9, strings.Count(writes[1], `"event":"intent"`), "the intents that waited, in one Write")
	assert.Equal(t, 20, strings.Count(strings.Join(writes, ""), "\n"))
}

func TestOnlyRecordsWrittenCompletelyCount(t *testing.T) {
	t.Parallel()
	probe := &gatedWriter{begun: make(chan struct{}), gate: make(chan struct{}), limit: 1 << 20}
	killWhileOneIsWritten(t, probe)
	line := strings.Index(probe.all()[1], "\n")
	w := &gatedWriter{begun: make(chan struct{}), gate: make(chan struct{}), limit: 4*line + line/2}
	statuses := killWhileOneIsWritten(t, w)
	assert.Equal(t, append(slices.Repeat([]int{204}, 5), slices.Repeat([]int{500}, 5)...), statuses, "the first kill and four of nine")
	assert.Equal(t, "\n", w.all()[2], "a line break ends the partial line")
}

type mendedWriter struct {
	torn   *tornWriter
	mended bool
}

func (w *mendedWriter) Write(p []byte) (int, error) {
	if w.mended {
		return w.torn.buf.Write(p)
	}
	return w.torn.Write(p)
}

func TestTheAuditFileCanBeRotated(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	audit := openAudit(t, path)
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	a := startAudited(t, redistest.Start(t).Addr(), audit)
	records := func(path string) int {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		return strings.Count(string(text), "\n")
	}
	require.Equal(t, 204, a.kill(killBody("10.0.0.1:1")).status)
	require.NoError(t, os.Rename(path, path+".1"))
	require.Equal(t, 204, a.kill(killBody("10.0.0.1:1")).status)
	assert.Equal(t, 4, records(path+".1"), "records go to the moved file until Reopen")
	require.NoError(t, audit.Reopen())
	require.Equal(t, 204, a.kill(killBody("10.0.0.1:1")).status)
	assert.Equal(t, 4, records(path+".1"))
	assert.Equal(t, 2, records(path))

	require.NoError(t, os.RemoveAll(filepath.Dir(path)))
	assert.ErrorIs(t, audit.Reopen(), os.ErrNotExist)
	assert.Equal(t, 204, a.kill(killBody("10.0.0.1:1")).status, "records continue to go to the old file")
	require.NoError(t, audit.Close())
	assert.Equal(t, 500, a.kill(killBody("10.0.0.1:1")).status)
}

func TestAnAuditFileIsAppendedTo(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	write(t, path, "before\n")
	a := startAudited(t, redistest.Start(t).Addr(), openAudit(t, path))
	require.Equal(t, 204, a.kill(killBody("10.0.0.1:1")).status)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Regexp(t, `^before\n\{.*\}\n\{.*\}\n$`, string(text))
}

func TestTheConfigurationChoosesTheAuditDestination(t *testing.T) {
	t.Parallel()
	var stderr strings.Builder
	open := func(text string) (*server.AuditLog, error) {
		config, err := server.LoadConfig(writeConfig(t, "listen: 127.0.0.1:0\n"+text), os.Getenv)
		require.NoError(t, err)
		return config.OpenAudit(&stderr)
	}
	for text, want := range map[string]string{"": "x\n", "audit:\n": "x\n", "audit: ''\n": "x\n", "audit: off\n": "", "audit: \"off\"\n": ""} {
		stderr.Reset()
		log, err := open(text)
		require.NoError(t, err)
		_, err = io.WriteString(log, "x\n")
		require.NoError(t, err)
		assert.Equal(t, want, stderr.String(), text)
		assert.NoError(t, log.Reopen())
		assert.NoError(t, log.Close())
	}
	_, err := open("audit: /nope/audit.jsonl\n")
	assert.ErrorContains(t, err, "dcs.yaml:2: audit: open /nope/audit.jsonl: no such file or directory")
}
