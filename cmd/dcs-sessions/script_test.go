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

// background OUT ERR ARG... is dcs-sessions with its output in files, which a
// script can read while it runs.
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

// TestScripts drives the command as a user does.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, params("testdata", ""))
}

// TestNodeScripts drives it against every kind of node there is.
func TestNodeScripts(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, node localnode.Node) {
		t.Parallel()
		testscript.Run(t, params(filepath.Join("testdata", "node"), node.Addr()))
	})
}

// TestOwnNodeScripts drives it against a node that no other script has.
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

// condition knows "server": a real one is on PATH. In CI it must be.
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
