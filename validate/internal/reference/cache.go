package reference

import "sync"

// A memo remembers what schemas said of containers, so that a value that many
// alternatives look at is not judged again and again: without it a schema of
// alternatives that contains itself takes time that is exponential in the depth.
// It has a fixed size, and what is new takes the place of what is old.
type memo struct {
	run     uint32 // the entries of others are void
	entries [1 << 13]verdict
}

type verdict struct {
	schema *Schema
	at     int32
	end    int32 // or unknown
	run    uint32
	ok     bool
	told   bool // what is wrong was told
}

var memos = sync.Pool{New: func() any { return new(memo) }}

func newMemo() *memo {
	m := memos.Get().(*memo)
	if m.run++; m.run == 0 { // once in four billion
		*m = memo{run: 1}
	}
	return m
}

func (m *memo) release() { memos.Put(m) }

func (m *memo) entry(s *Schema, at int) *verdict {
	h := (s.id<<32 | uint64(at)) * 0x9e3779b97f4a7c15
	return &m.entries[h>>(64-13)]
}

// get returns what is known. What was found wrong is known only to those who do
// not want it told, or where it has been.
func (m *memo) get(s *Schema, at int, quiet bool) (end int, ok, known bool) {
	v := m.entry(s, at)
	if v.run != m.run || v.schema != s || int(v.at) != at || !v.ok && !quiet && !v.told {
		return 0, false, false
	}
	return int(v.end), v.ok, true
}

func (m *memo) put(s *Schema, at, end int, ok, told bool) {
	*m.entry(s, at) = verdict{s, int32(at), int32(end), m.run, ok, told}
}
