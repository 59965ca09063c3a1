package reference

import (
	"hash/maphash"
	"math/bits"
)

// Items are compared by a hash of their type and value. The order of members does
// not matter. Numbers are compared as they are written, as kin-openapi compares
// them. The seed is secret and a hash has 64 bits: the probability that two of ten
// million different items have the same hash is less than one in 100,000.
var seed = maphash.MakeSeed()

// isUnique reports whether all items of the array at i differ.
func (c *checker) isUnique(i int) bool {
	var seen hashSet
	for at := c.first(i); at >= 0; {
		if seen.count == manyHashes { // different items have at least five bytes each
			seen.grow(min(c.count(i, len(c.text)), len(c.text)/5) * 4 / 3)
		}
		hash, end := c.hash(at)
		if c.err != nil || !seen.add(hash) {
			return false
		}
		at, _ = c.next(at, end)
	}
	return c.err == nil
}

// hash returns the hash of the value at i, and the value's end.
func (c *checker) hash(i int) (hash uint64, end int) {
	switch c.text[i] {
	case '"':
		end = c.stringEnd(i)
		return maphash.Comparable(seed, typedHash{'"', maphash.String(seed, c.decode(i, end))}), end
	case '[':
		at, sum := c.first(i), typedHash{'[', 0}
		for at >= 0 {
			item, after := c.hash(at)
			sum.hash = maphash.Comparable(seed, typedHash{',', sum.hash ^ item})
			at, end = c.next(at, after)
		}
		return maphash.Comparable(seed, sum), c.containerEnd(i, end)
	case '{':
		at, sum := c.first(i), typedHash{'{', 0}
		for at >= 0 {
			name, v := c.nameAt(at)
			value, after := c.hash(v)
			sum.hash += maphash.Comparable(seed, memberHash{maphash.String(seed, name), value})
			at, end = c.next(v, after)
		}
		return maphash.Comparable(seed, sum), c.containerEnd(i, end)
	default:
		end = c.literalEnd(i)
		return maphash.Comparable(seed, typedHash{'0', maphash.String(seed, c.text[i:end])}), end
	}
}

// containerEnd returns end, or the end of the empty array or object at i if end
// is 0.
func (c *checker) containerEnd(i, end int) int {
	if end == 0 {
		return c.space(i+1) + 1
	}
	return end
}

type typedHash struct {
	typ  byte
	hash uint64
}

type memberHash struct{ name, value uint64 }

// A hashSet is a set of hashes in one table with open addressing, which takes
// less memory than a map. 0 marks a free slot.
type hashSet struct {
	table []uint64
	count int
}

// manyHashes is the size at which the table grows to hold all items that may
// follow, so that it does not have to grow again.
const manyHashes = 1 << 14

// add reports whether the hash is new.
func (h *hashSet) add(hash uint64) bool {
	if hash == 0 {
		hash = 1
	}
	if 4*h.count >= 3*len(h.table) {
		h.grow(max(16, 2*len(h.table)))
	}
	if !h.put(hash) {
		return false
	}
	h.count++
	return true
}

func (h *hashSet) grow(size int) {
	if size <= len(h.table) {
		return
	}
	old := h.table
	h.table = make([]uint64, size)
	for _, one := range old {
		if one != 0 {
			h.put(one)
		}
	}
}

// put reports whether the hash is new. The table must have a free slot.
func (h *hashSet) put(hash uint64) bool {
	at, _ := bits.Mul64(hash, uint64(len(h.table)))
	for ; ; at++ {
		if at == uint64(len(h.table)) {
			at = 0
		}
		switch h.table[at] {
		case 0:
			h.table[at] = hash
			return true
		case hash:
			return false
		}
	}
}
