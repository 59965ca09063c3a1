package faults

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// stopLimit is the time in which the server must end after SIGTERM.
const stopLimit = 10 * time.Second

// An API is the built server as a process. It is started repeatedly on the same
// address, with the same configuration and audit file.
type API struct {
	binary, dir, addr string

	// run counts starts and ends, as Node.epoch does.
	run atomic.Int64

	mu     sync.Mutex
	cmd    *exec.Cmd
	exited chan struct{}

	audit    *audit
	read     int      // bytes of the log that were read
	password string   // of the node's user, as the node has it
	secrets  []string // must not be in the log
}

func (a *API) file(name string) string { return filepath.Join(a.dir, name) }

// URL returns the base URL of the server.
func (a *API) URL() string { return "http://" + a.addr }

// start starts the server and returns when it accepts connections.
func (a *API) start(ctx context.Context) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	log, err := os.OpenFile(a.file("log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := exec.Command(a.binary, "serve", "--config", a.file("config.yaml"))
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "FAULTS_SECRET_KEY=" + secretKey}
	cmd.Stderr = log
	cmd.SysProcAttr = childAttr()
	if err := cmd.Start(); err != nil {
		return err
	}
	exited := make(chan struct{})
	a.cmd, a.exited = cmd, exited
	go func() {
		_ = cmd.Wait() // the exit code is read from ProcessState
		close(exited)
	}()
	for {
		select {
		case <-exited:
			return fmt.Errorf("the server ended with code %d at its start: %s", cmd.ProcessState.ExitCode(), a.tail())
		case <-ctx.Done():
			return errors.New("the server does not listen: " + a.tail())
		case <-time.After(5 * time.Millisecond):
		}
		if conn, err := net.DialTimeout("tcp", a.addr, time.Second); err == nil {
			conn.Close()
			a.run.Add(1)
			return nil
		}
	}
}

// end sends a signal, waits until the server has ended, and returns how long that
// took. It kills a server that does not end.
func (a *API) end(sig syscall.Signal) (time.Duration, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.run.Add(1)
	begun := time.Now()
	if sig != syscall.SIGTERM { // the server writes no more audit records
		a.audit.markKilled(begun)
	}
	if err := a.cmd.Process.Signal(sig); err != nil {
		return 0, fmt.Errorf("the server had ended before: %s", a.tail())
	}
	select {
	case <-a.exited:
	case <-time.After(3 * stopLimit):
		a.audit.markKilled(begun)
		_ = a.cmd.Process.Kill()
		<-a.exited
		return time.Since(begun), errors.New("the server did not end")
	}
	if code := a.cmd.ProcessState.ExitCode(); sig == syscall.SIGTERM && code != 0 {
		return time.Since(begun), fmt.Errorf("the server ended with code %d: %s", code, a.tail())
	}
	return time.Since(begun), nil
}

// reload renames the audit file and sends SIGHUP.
func (a *API) reload() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.audit.rotate(); err != nil {
		return err
	}
	return a.cmd.Process.Signal(syscall.SIGHUP)
}

// tail returns the end of the server's log.
func (a *API) tail() string {
	text, _ := os.ReadFile(a.file("log"))
	return strings.TrimSpace(string(text[max(0, len(text)-500):]))
}

// auditFailed reports whether the server logged that it could not write the audit
// record of a request.
func (a *API) auditFailed(id string) bool {
	text, _ := os.ReadFile(a.file("log"))
	for line := range strings.Lines(string(text)) {
		if strings.Contains(line, "audit record") && strings.Contains(line, `"`+id+`"`) {
			return true
		}
	}
	return false
}

// findings returns the secrets in the log, shortened, and the panics that are new.
func (a *API) findings() (secrets, panics []string) {
	text, _ := os.ReadFile(a.file("log"))
	for _, secret := range a.secrets {
		if strings.Contains(string(text), secret) {
			secrets = append(secrets, secret[:4]+"…")
		}
	}
	for line := range strings.Lines(string(text[min(a.read, len(text)):])) {
		if strings.Contains(line, `"msg":"panic"`) || strings.HasPrefix(line, "panic:") {
			panics = append(panics, line[:min(len(line), 1000)])
		}
	}
	a.read = len(text)
	return secrets, panics
}
