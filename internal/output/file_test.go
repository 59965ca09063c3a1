//go:build unix

package output_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/output"
)

// timeout is well above the time that a write may take.
const timeout = 10 * time.Second

func TestOpenFileAppendsAndCreatesTheFileForItsOwner(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "audit")
	for _, text := range []string{"one\n", "two\n"} {
		f, err := output.OpenFile(path)
		require.NoError(t, err)
		n, err := io.WriteString(f, text)
		require.NoError(t, err)
		assert.Equal(t, len(text), n)
		require.NoError(t, f.Close())
	}
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, "one\ntwo\n", string(text))
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode())
}

func TestAFIFOThatNobodyReadsIsAnErrorAtOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "fifo")
	require.NoError(t, syscall.Mkfifo(path, 0o600))
	began := time.Now()
	_, err := output.OpenFile(path)
	assert.EqualError(t, err, "open "+path+": nobody reads this FIFO")
	assert.Less(t, time.Since(began), timeout)
}

func TestWriteFailsIfTheReaderStops(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "fifo")
	require.NoError(t, syscall.Mkfifo(path, 0o600))
	reader, err := os.OpenFile(path, os.O_RDWR, 0)
	require.NoError(t, err)
	f, err := output.OpenFile(path)
	require.NoError(t, err)
	defer f.Close()
	big := bytes.Repeat([]byte("x"), 1<<20)
	began := time.Now()
	_, err = f.Write(big)
	assert.ErrorIs(t, err, output.ErrStuck)
	for range 100 { // these fail at once
		_, err := f.Write([]byte("y\n"))
		assert.ErrorIs(t, err, output.ErrStuck)
	}
	assert.Less(t, time.Since(began), timeout)

	go io.CopyN(io.Discard, reader, int64(len(big)))
	require.Eventually(t, func() bool { _, err := io.WriteString(f, "z\n"); return err == nil }, timeout, 10*time.Millisecond,
		"a write succeeds once the reader reads again")
	got := make([]byte, 2)
	_, err = io.ReadFull(reader, got)
	require.NoError(t, err)
	assert.Equal(t, "z\n", string(got))
}

func TestAWriteErrorIsReturned(t *testing.T) {
	t.Parallel()
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("there is no /dev/full here")
	}
	f := output.NewFile(full)
	defer f.Close()
	_, err = io.WriteString(f, "x\n")
	assert.ErrorIs(t, err, syscall.ENOSPC)

	r, w, err := os.Pipe()
	require.NoError(t, err)
	require.NoError(t, r.Close())
	_, err = io.WriteString(output.NewFile(w), "x\n")
	assert.ErrorIs(t, err, syscall.EPIPE)
}

func TestALogGivesAFileAllTheTimeItNeeds(t *testing.T) {
	t.Parallel()
	r, w, err := os.Pipe()
	require.NoError(t, err)
	log := output.NewLog(output.NewFile(w))
	big := append(bytes.Repeat([]byte("x"), 300<<10), '\n')
	log.Write(big)
	time.Sleep(1500 * time.Millisecond) // longer than a File waits
	got := make(chan []byte)
	go func() { text, _ := io.ReadAll(r); got <- text }()
	log.Close()
	w.Close()
	assert.Equal(t, len(big), len(<-got))
}
