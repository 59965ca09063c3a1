package reference

import "sync"

// A cache remembers the verdicts of schemas on arrays and objects of one text.
// Without it, a schema that contains itself in alternatives takes time that is
// exponential in the depth of the text. The cache has a fixed size, and a new
// verdict replaces an old one.
type cache struct {
	generation uint32 // verdicts of other generations are not valid
	verdicts   [1 << cacheBits]verdict
}

const cacheBits = 13

type verdict struct {
	schema     *Schema
	at, end    int32 // end may be unknownEnd
	generation uint32
	ok         bool
	reported   bool // the findings, if there are any, were recorded
}

var caches = sync.Pool{New: func() any { return new(cache) }}

// newCache returns an empty cache from the pool.
func newCache() *cache {
	c := caches.Get().(*cache)
	if c.generation++; c.generation == 0 { // it has overflowed
		*c = cache{generation: 1}
	}
	return c
}

func (c *cache) release() { caches.Put(c) }

// entry returns where the verdict of a schema on the value at an offset goes. It
// is found by multiplicative hashing.
func (c *cache) entry(s *Schema, at int) *verdict {
	h := (s.id<<32 | uint64(at)) * 0x9e3779b97f4a7c15
	return &c.verdicts[h>>(64-cacheBits)]
}

// get returns a verdict if it is known. Outside of a trial, a refusal counts only
// if its findings were recorded.
func (c *cache) get(s *Schema, at int, trial bool) (end int, ok, known bool) {
	v := c.entry(s, at)
	if v.generation != c.generation || v.schema != s || int(v.at) != at || !v.ok && !trial && !v.reported {
		return 0, false, false
	}
	return int(v.end), v.ok, true
}

func (c *cache) put(s *Schema, at, end int, ok, reported bool) {
	*c.entry(s, at) = verdict{s, int32(at), int32(end), c.generation, ok, reported}
}
