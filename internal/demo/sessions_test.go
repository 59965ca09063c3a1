package demo

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/fakeredis"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
)

func TestTheTableShowsWhatTheSocketsSay(t *testing.T) {
	t.Parallel()
	node, err := fakeredis.Start()
	require.NoError(t, err)
	t.Cleanup(func() { node.Close() })
	for name, c := range map[string]struct {
		session  string
		killed   bool
		row      string
		expected bool
	}{
		"a leaking session that is closed": {"leaky-1", true, "kill closed", true},
		"a leaking session that is open":   {"leaky-1", false, "kill open (wrong)", false},
		"another session that is open":     {"web-1", false, "- open", true},
		"another session that is closed":   {"web-1", true, "- closed (wrong)", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &session{Session: redistest.Dial(t, node.Addr(), c.session), name: c.session}
			if c.killed {
				redistest.Do(t, redistest.Dial(t, node.Addr(), ""), "CLIENT KILL ADDR "+s.Addr())
			}
			var out bytes.Buffer
			assert.Equal(t, c.expected, printSockets(&out, []*session{s}))
			_, rows, _ := strings.Cut(out.String(), "\n")
			assert.Equal(t, c.session+" "+s.Addr()+" "+c.row, strings.Join(strings.Fields(rows), " "))
		})
	}
}
