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

// A gate is a writer that takes nothing while it is closed.
type gate struct {
	sync.Mutex
	text strings.Builder
	fail error
}

func (g *gate) Write(p []byte) (int, error) {
	g.Lock()
	defer g.Unlock()
	if g.fail != nil {
		return 0, g.fail
	}
	return g.text.Write(p)
}

func (g *gate) String() string {
	g.Lock()
	defer g.Unlock()
	return g.text.String()
}

func TestLinesComeInTheirOrder(t *testing.T) {
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

func TestALogWhoseReaderHangsDoesNotKeepItsCallerWaiting(t *testing.T) {
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

func TestALogThatCannotBeWrittenSaysSoWhenItCan(t *testing.T) {
	w := gate{fail: errors.New("no space left on device")}
	log := output.NewLog(&w)
	io.WriteString(log, "one\ntwo\n")
	io.WriteString(log, "three\n")
	time.Sleep(20 * time.Millisecond) // they are tried
	w.Lock()
	w.fail = nil
	w.Unlock()
	io.WriteString(log, "four\n")
	log.Close()
	assert.Regexp(t, `^\{.*"log lines were dropped","lines":3\}\nfour\n$`, w.String())
}

func TestWhatIsTornIsEndedFirst(t *testing.T) {
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

// A halfWriter writes five bytes of what comes first.
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

func TestClosingALogThatHangsEnds(t *testing.T) {
	var w gate
	w.Lock()
	defer w.Unlock()
	log := output.NewLog(&w)
	io.WriteString(log, "one\n")
	began := time.Now()
	log.Close()
	assert.Less(t, time.Since(began), 10*time.Second)
	_, err := io.WriteString(log, "late\n")
	assert.NoError(t, err, "a line after the end is dropped")
}
