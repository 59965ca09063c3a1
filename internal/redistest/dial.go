package redistest

import (
	"strings"
	"testing"

	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
)

// A Session is one raw connection to a server.
type Session = localnode.Session

// Dial opens a session, names it unless name is "", and closes it at the end of the
// test.
func Dial(t testing.TB, addr, name string) *Session {
	t.Helper()
	s, err := localnode.Dial(addr, name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// Do sends a command, whose words are separated by spaces, and returns the
// reply. An error fails the test at once.
func Do(t testing.TB, s *Session, command string) string {
	t.Helper()
	reply, err := s.Do(strings.Fields(command)...)
	if err != nil {
		t.Fatalf("%s: %v", command, err)
	}
	return reply
}
