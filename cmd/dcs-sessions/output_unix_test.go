//go:build unix

package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/realclient"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
)

// stopTimeout is how long a supervisor waits for a process to end.
const stopTimeout = 10 * time.Second

// A process is the built command, which serves at an address.
type process struct {
	t    *testing.T
	cmd  *exec.Cmd
	url  string
	done chan error
}

// launch starts the command and waits until it listens.
func launch(t *testing.T, stderr *os.File, addr string, args ...string) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.Command("dcs-sessions", args...), url: "http://" + addr, done: make(chan error, 1)}
	p.cmd.Stderr = stderr
	require.NoError(t, p.cmd.Start())
	go func() { p.done <- p.cmd.Wait() }()
	t.Cleanup(func() { _ = p.cmd.Process.Kill() }) // most have ended already
	require.Eventually(t, func() bool {
		conn, err := net.Dial("tcp", addr)
		if err == nil {
			conn.Close()
		}
		return err == nil
	}, stopTimeout, 10*time.Millisecond, "the command does not listen")
	return p
}

// get requests a path of that length, and returns the status.
func (p *process) get(length int) int {
	p.t.Helper()
	client := &http.Client{Timeout: stopTimeout}
	resp, err := client.Get(p.url + "/" + strings.Repeat("x", length))
	require.NoError(p.t, err)
	resp.Body.Close()
	return resp.StatusCode
}

// terminate sends SIGTERM, and returns the error of the process.
func (p *process) terminate() error {
	p.t.Helper()
	require.NoError(p.t, p.cmd.Process.Signal(syscall.SIGTERM))
	select {
	case err := <-p.done:
		return err
	case <-time.After(stopTimeout):
		p.t.Fatal("SIGTERM does not end the command")
		return nil
	}
}

// freeAddr returns an address that nothing listens on. A command whose log is not
// read cannot report the address that it picks itself.
func freeAddr(t *testing.T) string {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer ln.Close()
	return ln.Addr().String()
}

// servers start the servers of the command.
var servers = map[string]func(t *testing.T, stderr *os.File) *process{
	"serve": func(t *testing.T, stderr *os.File) *process {
		return launchServe(t, stderr, "audit: off")
	},
	"proxy": func(t *testing.T, stderr *os.File) *process {
		addr := freeAddr(t)
		return launch(t, stderr, addr, "proxy", "--upstream", "http://127.0.0.1:1", "--listen", addr)
	},
}

func launchServe(t *testing.T, stderr *os.File, config string) *process {
	t.Helper()
	addr := freeAddr(t)
	file := filepath.Join(t.TempDir(), "dcs.yaml")
	require.NoError(t, os.WriteFile(file, []byte("listen: "+addr+"\n"+config+"\n"), 0o600))
	return launch(t, stderr, addr, "serve", "--config", file)
}

func TestAnUnreadLogDoesNotStopTheServer(t *testing.T) {
	t.Parallel()
	for name, start := range servers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, w, err := os.Pipe()
			require.NoError(t, err)
			defer r.Close()
			p := start(t, w)
			w.Close()
			for range 1500 { // almost 2 MB of lines; a pipe buffers 64 KB, the command a megabyte
				require.Equal(t, 404, p.get(1000))
			}
			log := bufio.NewReader(r)
			for found := false; !found; { // the log reports the dropped lines once it is read
				line, err := log.ReadString('\n')
				require.NoError(t, err)
				found = strings.Contains(line, `"msg":"log lines were dropped"`)
				if log.Buffered() == 0 {
					p.get(1)
				}
			}
			for range 500 { // the log is not read at the end either
				p.get(1000)
			}
			assert.NoError(t, p.terminate())
		})
	}
}

func TestALogWithoutAReaderDoesNotStopTheServer(t *testing.T) {
	t.Parallel()
	for name, start := range servers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, w, err := os.Pipe()
			require.NoError(t, err)
			p := start(t, w)
			w.Close()
			assert.Equal(t, 404, p.get(1))
			require.NoError(t, r.Close())
			for range 100 {
				require.Equal(t, 404, p.get(1))
			}
			assert.NoError(t, p.terminate())
		})
	}
}

func TestALogOnAFullDiskDoesNotStopTheServer(t *testing.T) {
	t.Parallel()
	for name, start := range servers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
			if err != nil {
				t.Skip("there is no /dev/full here")
			}
			defer full.Close()
			p := start(t, full)
			for range 100 {
				require.Equal(t, 404, p.get(1))
			}
			assert.NoError(t, p.terminate())
		})
	}
}

func TestAnAuditFIFOWithoutAReaderIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	fifo, file := filepath.Join(dir, "audit"), filepath.Join(dir, "dcs.yaml")
	require.NoError(t, syscall.Mkfifo(fifo, 0o600))
	require.NoError(t, os.WriteFile(file, []byte("listen: 127.0.0.1:0\naudit: "+fifo+"\n"), 0o600))
	cmd := exec.Command("dcs-sessions", "serve", "--config", file)
	timer := time.AfterFunc(stopTimeout, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit)
	assert.Equal(t, exitUsage, exit.ExitCode(), "%s", out)
	assert.Contains(t, string(out), "nobody reads this FIFO")
}

func TestAnAuditThatCannotBeWrittenRefusesKills(t *testing.T) {
	t.Parallel()
	node := redistest.Start(t)
	config := `projects: [{id: p, instances: [{id: i, nodes: [{id: n, address: "` + node.Addr() + `"}]}]}]` + "\naudit: "
	fifo := filepath.Join(t.TempDir(), "audit")
	require.NoError(t, syscall.Mkfifo(fifo, 0o600))
	reader, err := os.OpenFile(fifo, os.O_RDWR, 0) // it never reads
	require.NoError(t, err)
	defer reader.Close()
	_, err = reader.Write(make([]byte, 64<<10-1))
	require.NoError(t, err)
	for name, audit := range map[string]string{"an unread FIFO": fifo, "a full disk": "/dev/full"} {
		t.Run(name, func(t *testing.T) {
			log, err := os.Create(filepath.Join(t.TempDir(), "log"))
			require.NoError(t, err)
			defer log.Close()
			p := launchServe(t, log, config+audit)
			for range 10 {
				s := redistest.Dial(t, node.Addr(), "s")
				client := &http.Client{Timeout: stopTimeout}
				resp, err := client.Post(p.url+"/v2/p/instances/i/clients/kill", "application/json",
					strings.NewReader(fmt.Sprintf(`{"node_id":"n","client_addrs":[%q]}`, s.Addr())))
				require.NoError(t, err)
				body, err := io.ReadAll(resp.Body)
				resp.Body.Close()
				require.NoError(t, err)
				assert.Equal(t, 500, resp.StatusCode)
				assert.Contains(t, string(body), "Nothing was killed")
				assert.True(t, s.Open())
			}
			assert.NoError(t, p.terminate())
		})
	}
}

func TestATooLargeBodyIsA413ForEveryClient(t *testing.T) {
	t.Parallel()
	p := launchServe(t, nil, "audit: off")
	for name, post := range realclient.All(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			statuses, err := post(p.url+"/v2/p/instances/i/clients/kill", 20<<20, 6)
			require.NoError(t, err)
			assert.Equal(t, slices.Repeat([]int{413}, 6), statuses)
		})
	}
}
