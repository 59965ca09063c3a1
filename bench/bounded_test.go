//go:build linux

package bench

import (
	"cmp"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/bench/internal/marked"
)

var boundedFile = flag.String("bounded", "",
	"a `file` to put a table between its markers into, of TestBounded with bodies of 12 MB in place of 1 MB")

const boundedCommand = "go test -run TestBounded -bounded README.md"

// How much memory the proxy may use above idle, in addition to one body and in addition
// to its budget of 256 MiB.
const (
	besideOne    = 64 << 20
	besideBudget = 256<<20 + 64<<20
)

const boundedContract = `
openapi: 3.0.3
info: {title: bounded, version: "1"}
paths:
  /texts:
    post: {requestBody: {content: {application/json: {schema: {type: array, items: {type: string, pattern: '^[0-9]+$'}}}}}, responses: {"204": {description: none}}}
  /deep:
    post: {requestBody: {content: {application/json: {schema: {type: object, properties: {a: {type: object, properties: {b: {type: array, items: {type: object, properties: {c: {type: string}}}}}}}}}}}, responses: {"204": {description: none}}}
  /any:
    post: {requestBody: {content: {application/json: {schema: {anyOf: [{type: array, items: {type: string}}, {type: array, items: {type: boolean}}]}}}}, responses: {"204": {description: none}}}
  /unique:
    post: {requestBody: {content: {application/json: {schema: {type: array, uniqueItems: true, items: {}}}}}, responses: {"204": {description: none}}}
  /open:
    post: {requestBody: {content: {application/json: {schema: {type: object, properties: {a: {type: string}}}}}}, responses: {"204": {description: none}}}
  /closed:
    post: {requestBody: {content: {application/json: {schema: {type: object, additionalProperties: false, properties: {a: {type: string}%s}}}}}, responses: {"204": {description: none}}}
  /plain:
    post: {requestBody: {content: {text/plain: {schema: {type: string, minLength: 1}}}}, responses: {"204": {description: none}}}
  /lines:
    post: {requestBody: {content: {text/csv: {schema: {type: string}}}}, responses: {"204": {description: none}}}
  /answer:
    get: {responses: {"200": {description: texts, content: {application/json: {schema: {type: array, items: {type: string}}}}}}}
`

// A boundedCase is one kind of body, of about n bytes.
type boundedCase struct {
	name, path string
	body       func(n int) string
	mode       string // of responses
	want       int
	mediaType  string // default JSON
}

func linesOf(line string) func(int) string {
	return func(n int) string { return strings.Repeat(line+"\n", n/(len(line)+1)) }
}

var boundedCases = []boundedCase{
	{name: "one-character texts without their pattern", path: "/texts", body: itemsOf(`"x"`), mode: "enforce", want: 400},
	{name: "numbers where texts are wanted", path: "/texts", body: itemsOf(`1`), mode: "enforce", want: 400},
	{name: "wrong items deep inside", path: "/deep", body: func(n int) string { return `{"a":{"b":` + itemsOf(`{"c":1}`)(n) + `}}` }, mode: "enforce", want: 400},
	{name: "wrong items in an anyOf", path: "/any", body: itemsOf(`1`), mode: "enforce", want: 400},
	{name: "good items, all different", path: "/unique", body: countedList, mode: "enforce", want: 204},
	{name: "members that are not declared", path: "/closed", body: countedMembers("u"), mode: "enforce", want: 400},
	{name: "members that are free, in no order", path: "/open", body: countedMembers("u"), mode: "enforce", want: 204},
	{name: "a plain text of empty lines", path: "/plain", body: linesOf(""), mode: "enforce", want: 204, mediaType: "text/plain"},
	{name: "a CSV of a million lines", path: "/lines", body: linesOf("aaaaaaaaaaaa"), mode: "enforce", want: 204, mediaType: "text/csv"},
	{name: "a response of numbers where texts are wanted", path: "/answer", body: itemsOf(`1`), mode: "enforce", want: 502},
	{name: "the same, observed", path: "/answer", body: itemsOf(`1`), mode: "observe", want: 200},
}

func itemsOf(item string) func(int) string {
	return func(n int) string { return "[" + strings.Repeat(item+",", n/(len(item)+1)) + item + "]" }
}

func countedList(n int) string {
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		b.WriteByte(',')
		b.WriteString(strconv.Itoa(i))
	}
	return "[" + b.String()[1:] + "]"
}

func countedMembers(prefix string) func(int) string {
	return func(n int) string {
		var b strings.Builder
		for i := 0; b.Len() < n; i++ {
			fmt.Fprintf(&b, `,"%s%07d":"x"`, prefix, i*7919%10_000_000)
		}
		return "{" + b.String()[1:] + "}"
	}
}

// TestBounded sends hostile bodies through the built proxy.
func TestBounded(t *testing.T) {
	size, callers := 1<<20, 8
	if *boundedFile != "" {
		size, callers = 12<<20-64, 64
	}
	program := filepath.Join(t.TempDir(), "dcs-sessions")
	build := exec.Command("go", "build", "-o", program, "./cmd/dcs-sessions")
	build.Dir = ".." // its own module
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)
	contract, many := filepath.Join(t.TempDir(), "bounded.yaml"), filepath.Join(t.TempDir(), "many.yaml")
	require.NoError(t, os.WriteFile(contract, fmt.Appendf(nil, boundedContract, ""), 0o600))
	var declared strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&declared, ", p%05d: {type: string}", i)
	}
	require.NoError(t, os.WriteFile(many, fmt.Appendf(nil, boundedContract, declared.String()), 0o600))

	var table strings.Builder
	fmt.Fprintf(&table, "Bodies of %.1f MB; what the proxy takes above idle at the most.\n\n| | status | time | one body | %d at once | refused for the budget |\n|---|---|---|---|---|---|\n", float64(size)/1e6, callers)
	for _, c := range boundedCases {
		t.Run(c.name, func(t *testing.T) {
			body := c.body(size)
			one := startProxy(t, program, contract, c, body)
			status, spent := one.send(t, c, body, "")
			assert.Equal(t, c.want, status)
			peakOfOne := one.peak(t)
			assert.LessOrEqual(t, peakOfOne, besideOne, "above idle")
			one.stop(t)

			all := startProxy(t, program, contract, c, body)
			refused := all.sendAll(t, c, body, callers)
			peakOfAll := all.peak(t)
			assert.LessOrEqual(t, peakOfAll, besideBudget, "above idle")
			all.stop(t)
			fmt.Fprintf(&table, "| %s | %d | %s | %d MB | %d MB | %d |\n", c.name, status, brief(spent), peakOfOne>>20, peakOfAll>>20, refused)
		})
	}
	t.Run("20,000 members", func(t *testing.T) {
		c := boundedCase{path: "/closed", mode: "enforce"}
		p := startProxy(t, program, many, c, "")
		defer p.stop(t)
		good, bad := membersNamed("p"), membersNamed("u")
		var least [2]time.Duration
		for range 9 { // side by side, for the machine drifts
			for i, body := range []string{good, bad} {
				_, spent := p.send(t, c, body, "")
				if least[i] == 0 || spent < least[i] {
					least[i] = spent
				}
			}
		}
		fmt.Fprintf(&table, "\n20,000 members, %.2f MB: declared %s, undeclared %s (%.1f times as long).\n", float64(len(bad))/1e6, brief(least[0]), brief(least[1]), float64(least[1])/float64(least[0]))
		assert.Less(t, least[1], 2*time.Second)
	})
	t.Log("\n" + table.String())
	if *boundedFile != "" {
		require.NoError(t, marked.Insert(*boundedFile, "Bounded", boundedCommand, table.String()))
	}
}

func membersNamed(prefix string) string {
	var b strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&b, `,"%s%05d":"x"`, prefix, i)
	}
	return "{" + b.String()[1:] + "}"
}

func brief(d time.Duration) string {
	if d < 10*time.Millisecond {
		return d.Round(100 * time.Microsecond).String()
	}
	return d.Round(time.Millisecond).String()
}

// A running proxy, and its memory when it is idle.
type running struct {
	url  string
	cmd  *exec.Cmd
	idle int
}

func startProxy(t *testing.T, program, contract string, c boundedCase, answer string) *running {
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, answer)
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(204)
	}))
	t.Cleanup(upstream.Close)
	free, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := free.Addr().String()
	require.NoError(t, free.Close())
	p := &running{url: "http://" + address}
	p.cmd = exec.Command(program, "proxy", "--listen", address, "--upstream", upstream.URL, "--contract", contract, "--response", c.mode)
	require.NoError(t, p.cmd.Start())
	require.Eventually(t, func() bool {
		resp, err := http.Get(p.url + "/nowhere")
		if err == nil {
			resp.Body.Close()
		}
		return err == nil
	}, 30*time.Second, 20*time.Millisecond)
	p.idle = p.memory(t, "VmRSS:")
	return p
}

func (p *running) stop(t *testing.T) {
	require.NoError(t, p.cmd.Process.Signal(os.Interrupt))
	_ = p.cmd.Wait()
}

// memory returns a line of the process's status, in bytes.
func (p *running) memory(t *testing.T, line string) int {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	require.NoError(t, err)
	_, rest, _ := strings.Cut(string(data), line)
	n, err := strconv.Atoi(strings.Fields(rest)[0])
	require.NoError(t, err)
	return n << 10
}

func (p *running) peak(t *testing.T) int { return p.memory(t, "VmHWM:") - p.idle }

func (p *running) send(t testing.TB, c boundedCase, body, token string) (status int, spent time.Duration) {
	method, content := http.MethodPost, io.Reader(strings.NewReader(body))
	if c.path == "/answer" {
		method, content = http.MethodGet, nil
	}
	r, err := http.NewRequest(method, p.url+c.path, content)
	require.NoError(t, err)
	r.Header.Set("Content-Type", cmp.Or(c.mediaType, "application/json"))
	if token != "" {
		r.Header.Set("X-Auth-Token", token)
	}
	began := time.Now()
	resp, err := http.DefaultClient.Do(r)
	if err != nil { // refused, and closed while the body was still being sent
		return http.StatusServiceUnavailable, time.Since(began)
	}
	defer resp.Body.Close()
	read, err := io.Copy(io.Discard, resp.Body)
	if err == nil && resp.StatusCode == 200 {
		assert.EqualValues(t, len(body), read)
	}
	return resp.StatusCode, time.Since(began)
}

// sendAll sends as many at once, half of them with a credential. It returns how many were
// refused because of the budget.
func (p *running) sendAll(t *testing.T, c boundedCase, body string, callers int) (refused int) {
	var mu sync.Mutex
	var wait sync.WaitGroup
	for i := range callers {
		wait.Go(func() {
			status, _ := p.send(t, c, body, strings.Repeat("token", i%2))
			mu.Lock()
			defer mu.Unlock()
			if status == http.StatusServiceUnavailable {
				refused++
				return
			}
			assert.Equal(t, c.want, status)
		})
	}
	wait.Wait()
	return refused
}
