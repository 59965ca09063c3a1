package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// A builder builds programs with a build cache that has what the first program needs:
// the standard library.
type builder struct{ dir string }

func newBuilder(ctx context.Context) (*builder, error) {
	dir, err := os.MkdirTemp("", "importing-")
	if err != nil {
		return nil, err
	}
	b := &builder{dir}
	if _, _, err := b.buildWith(ctx, programs[0], b.filled()); err != nil {
		b.remove()
		return nil, err
	}
	return b, nil
}

func (b *builder) filled() string { return filepath.Join(b.dir, "cache") }

func (b *builder) remove() { os.RemoveAll(b.dir) }

// build returns the CPU time that go build takes for p, and the size of the binary.
func (b *builder) build(ctx context.Context, p program) (time.Duration, int64, error) {
	cache := filepath.Join(b.dir, "copy")
	defer os.RemoveAll(cache)
	if err := os.CopyFS(cache, os.DirFS(b.filled())); err != nil {
		return 0, 0, err
	}
	return b.buildWith(ctx, p, cache)
}

func (b *builder) buildWith(ctx context.Context, p program, cache string) (time.Duration, int64, error) {
	binary := filepath.Join(b.dir, "binary")
	defer os.Remove(binary)
	cmd := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-ldflags=-s -w", "-o", binary, p.pkg())
	cmd.Env = append(os.Environ(), "GOCACHE="+cache, "GOFLAGS=", "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return 0, 0, fmt.Errorf("build %s: %w\n%s", p, err, out)
	}
	info, err := os.Stat(binary)
	if err != nil {
		return 0, 0, err
	}
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), info.Size(), nil
}

// output returns the output of a command.
func output(ctx context.Context, name string, args ...string) (io.Reader, error) {
	out, err := exec.CommandContext(ctx, name, args...).Output()
	if err != nil {
		return nil, fmt.Errorf("%s %q: %w", name, args, err)
	}
	return bytes.NewReader(out), nil
}
