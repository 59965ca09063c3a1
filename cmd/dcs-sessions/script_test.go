package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"dcs-sessions": main,
		"background":   background,
	})
}

// background OUT ERR ARG... runs dcs-sessions with its output in files, which a
// script can read meanwhile.
func background() {
	for i, stream := range []**os.File{&os.Stdout, &os.Stderr} {
		f, err := os.Create(os.Args[1+i])
		if err != nil {
			panic(err)
		}
		*stream = f
	}
	os.Args = append([]string{"dcs-sessions"}, os.Args[3:]...)
	main()
}

// TestScripts runs the command as a user does.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, params("testdata", ""))
}

// TestNodeScripts runs the command against every kind of node.
func TestNodeScripts(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, node localnode.Node) {
		t.Parallel()
		testscript.Run(t, params(filepath.Join("testdata", "node"), node.Addr()))
	})
}

// TestOwnNodeScripts runs the command against a node that no other script uses.
func TestOwnNodeScripts(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, node localnode.Node) {
		t.Parallel()
		testscript.Run(t, params(filepath.Join("testdata", "own"), node.Addr()))
	})
}

func params(dir, node string) testscript.Params {
	return testscript.Params{
		Dir:                 dir,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds:                commands,
		Setup: func(e *testscript.Env) error {
			program, err := exec.LookPath("dcs-sessions")
			if err != nil {
				return err
			}
			e.Setenv("BIN", filepath.Dir(program)) // a PATH without any server
			e.Setenv("NODE", node)
			e.Values[sessionsKey{}] = map[string]*localnode.Session{}
			return nil
		},
		Condition: condition,
	}
}

// condition implements "server": a real server is on PATH. In CI one must be.
func condition(name string) (bool, error) {
	switch {
	case name != "server":
		return false, fmt.Errorf("unknown condition %q", name)
	case localnode.Find() == "" && os.Getenv("CI") != "":
		return false, errors.New("no redis-server or valkey-server on PATH")
	default:
		return localnode.Find() != "", nil
	}
}
