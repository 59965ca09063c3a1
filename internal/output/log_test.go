package output_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/output"
)

// A gate is a writer that blocks while it is locked.
type gate struct {
	sync.Mutex
	text  strings.Builder
	fail  error
	tried string // the last write that failed
}

func (g *gate) Write(p []byte) (int, error) {
	g.Lock()
	defer g.Unlock()
	if g.fail != nil {
		g.tried = string(p)
		return 0, g.fail
	}
	return g.text.Write(p)
}

func (g *gate) String() string {
	g.Lock()
	defer g.Unlock()
	return g.text.String()
}

func TestLinesAreWrittenInOrder(t *testing.T) {
	t.Parallel()
	var w gate
	log := output.NewLog(&w)
	var want strings.Builder
	for i := range 1000 {
		fmt.Fprintf(log, "line %d\n", i)
		fmt.Fprintf(&want, "line %d\n", i)
	}
	log.Close()
	assert.Equal(t, want.String(), w.String())
}

func TestALogDoesNotBlockItsCallerIfTheReaderHangs(t *testing.T) {
	t.Parallel()
	var w gate
	w.Lock()
	log := output.NewLog(&w)
	line := strings.Repeat("x", 1023) + "\n"
	began := time.Now()
	for range 5000 { // 5 MB
		n, err := io.WriteString(log, line)
		require.NoError(t, err)
		require.Equal(t, len(line), n)
	}
	assert.Less(t, time.Since(began), 10*time.Second)
	w.Unlock()
	require.Eventually(t, func() bool { return strings.Count(w.String(), "\n") > 1000 }, 10*time.Second, time.Millisecond)
	io.WriteString(log, "the end\n")
	log.Close()
	text := w.String()
	assert.True(t, strings.HasSuffix(text, "the end\n"))
	dropped := 5000 - strings.Count(text, line)
	assert.Greater(t, dropped, 2000)
	assert.Regexp(t, fmt.Sprintf(`\n\{"time":"[^"]+","level":"WARN","msg":"log lines were dropped","lines":%d\}\n`, dropped), text)
}

func TestTheNumberOfDroppedLinesIsLogged(t *testing.T) {
	t.Parallel()
	w := gate{fail: errors.New("no space left on device")}
	log := output.NewLog(&w)
	io.WriteString(log, "one\ntwo\n")
	io.WriteString(log, "three\n")
	require.Eventually(t, func() bool { w.Lock(); defer w.Unlock(); return strings.HasSuffix(w.tried, "three\n") }, 10*time.Second, time.Millisecond)
	w.Lock()
	w.fail = nil
	w.Unlock()
	io.WriteString(log, "four\n")
	log.Close()
	assert.Regexp(t, `^\{.*"log lines were dropped","lines":3\}\nfour\n$`, w.String())
}

func TestALineThatWasWrittenInPartIsEndedFirst(t *testing.T) {
	t.Parallel()
	r, w, err := os.Pipe()
	require.NoError(t, err)
	half := &halfWriter{w: w}
	log := output.NewLog(half)
	io.WriteString(log, "0123456789\n")
	require.Eventually(t, func() bool { half.Lock(); defer half.Unlock(); return half.calls == 1 }, 10*time.Second, time.Millisecond)
	io.WriteString(log, "next\n")
	log.Close()
	w.Close()
	text, err := io.ReadAll(r)
	require.NoError(t, err)
	assert.Regexp(t, `^01234\n\{.*"lines":1\}\nnext\n$`, string(text))
}

// A halfWriter writes only five bytes of the first write.
type halfWriter struct {
	sync.Mutex
	w     io.Writer
	calls int
}

func (h *halfWriter) Write(p []byte) (int, error) {
	h.Lock()
	defer h.Unlock()
	h.calls++
	if h.calls == 1 {
		n, _ := h.w.Write(p[:5])
		return n, errors.New("no space left on device")
	}
	return h.w.Write(p)
}

func TestCloseReturnsIfTheReaderHangs(t *testing.T) {
	t.Parallel()
	var w gate
	w.Lock()
	defer w.Unlock()
	log := output.NewLog(&w)
	io.WriteString(log, "one\n")
	began := time.Now()
	log.Close()
	assert.Less(t, time.Since(began), 10*time.Second)
	_, err := io.WriteString(log, "late\n")
	assert.NoError(t, err, "a line after Close is dropped")
}
