package fastpath

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

func membersOf(names ...string) []member {
	members := make([]member, len(names))
	for i, name := range names {
		members[i].name = name
	}
	return members
}

func TestFindReturnsTheMemberOfAName(t *testing.T) {
	names := []string{"", "é", "id", "name"}
	for i := range 60 {
		names = append(names, fmt.Sprintf("x%03d", i*7)) // many of one length
	}
	x := newIndex(membersOf(names...))
	for i, name := range names {
		assert.Equal(t, i, find(&x, name), name)
		assert.Equal(t, i, find(&x, []byte(name)), name)
		assert.Equal(t, undeclared, find(&x, name+"?"), name)
	}
	empty := newIndex(nil)
	assert.Equal(t, undeclared, find(&empty, "a"))
}

// The index against the map that it replaces. The names are those of a session in
// the order of its struct, so that most are not the expected next member.
func BenchmarkFind(b *testing.B) {
	for _, c := range []struct {
		name  string
		names []string
	}{
		{"18 names", []string{"id", "addr", "name", "cmd", "age", "idle", "flags", "db", "sub", "psub", "multi", "qbuf", "obl", "events", "load", "peer", "since", "alive"}},
		{"3 names", []string{"client_addrs", "node_id", "reason"}},
	} {
		x := newIndex(membersOf(c.names...))
		m := map[string]int{}
		for i, name := range c.names {
			m[name] = i
		}
		b.Run(c.name+"/index", func(b *testing.B) {
			for b.Loop() {
				for i, name := range c.names {
					if find(&x, name) != i {
						b.Fatal()
					}
				}
			}
		})
		b.Run(c.name+"/map", func(b *testing.B) {
			for b.Loop() {
				for i, name := range c.names {
					if which, ok := m[name]; !ok || which != i {
						b.Fatal()
					}
				}
			}
		})
	}
}
