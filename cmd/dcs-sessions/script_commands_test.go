package main

import (
	"errors"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
)

// commands are the script commands in addition to those of testscript.
var commands = map[string]func(*testscript.TestScript, bool, []string){
	"exits":   cmdExits,
	"await":   cmdAwait,
	"expand":  cmdExpand,
	"pasted":  cmdPasted,
	"api":     cmdAPI,
	"down":    cmdDown,
	"session": cmdSession,
	"closed":  cmdClosed,
	"open":    cmdOpen,
}

// usage ends the script if the command has fewer than min arguments.
func usage(ts *testscript.TestScript, neg bool, args []string, min int, text string) {
	if neg || len(args) < min {
		ts.Fatalf("usage: %s", text)
	}
}

// cmdExits runs a program, which must end with an exit code.
func cmdExits(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 2, "exits CODE PROGRAM [ARG...]")
	code := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		code = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

// cmdAwait waits until a file matches a pattern, and sets variables to its groups.
func cmdAwait(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 2, "await FILE PATTERN [VARIABLE...]")
	pattern, err := regexp.Compile("(?m)" + args[1])
	ts.Check(err)
	if pattern.NumSubexp() != len(args)-2 {
		ts.Fatalf("%d groups for %d variables", pattern.NumSubexp(), len(args)-2)
	}
	file := ts.MkAbs(args[0])
	var content []byte
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		content, _ = os.ReadFile(file) // it may not exist yet
		if found := pattern.FindSubmatch(content); found != nil {
			for i, variable := range args[2:] {
				ts.Setenv(variable, string(found[1+i]))
			}
			return
		}
	}
	ts.Fatalf("%s never matched %s:\n%s", args[0], args[1], content)
}

// cmdExpand replaces the variables in a file by their values.
func cmdExpand(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 1, "expand FILE")
	text := os.Expand(ts.ReadFile(args[0]), ts.Getenv)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
}

// cmdPasted writes a shell script of the commands that demo prints for pasting.
func cmdPasted(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 2, "pasted OUTPUT SCRIPT")
	_, text, found := strings.Cut(ts.ReadFile(args[0]), "\nexport ")
	text, _, ended := strings.Cut(text, "\n\n")
	if !found || !ended {
		ts.Fatalf("%s has nothing to paste", args[0])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte("set -e\nexport "+text+"\n"), 0o600))
}

type sessionsKey struct{}

// cmdSession opens a session on $NODE; the variable NAME is its peer address.
func cmdSession(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 1, "session NAME")
	s, err := localnode.Dial(ts.Getenv("NODE"), args[0])
	ts.Check(err)
	ts.Defer(func() { s.Close() })
	ts.Value(sessionsKey{}).(map[string]*localnode.Session)[args[0]] = s
	ts.Setenv(args[0], s.Addr())
}

// cmdClosed reads the session's socket, which the node must have closed.
func cmdClosed(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 1, "closed NAME")
	if !sessionNamed(ts, args[0]).Closed() {
		ts.Fatalf("the session %s is not closed", args[0])
	}
}

// cmdOpen sends a command over the session's socket, and the node must reply.
func cmdOpen(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 1, "open NAME")
	if !sessionNamed(ts, args[0]).Open() {
		ts.Fatalf("the session %s is not open", args[0])
	}
}

func sessionNamed(ts *testscript.TestScript, name string) *localnode.Session {
	s := ts.Value(sessionsKey{}).(map[string]*localnode.Session)[name]
	if s == nil {
		ts.Fatalf("there is no session %s", name)
	}
	return s
}
