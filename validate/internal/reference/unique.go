package reference

import (
	"hash/maphash"
	"math/bits"
)

// A value's hash is of its kind and what it says, members in any order; numbers
// are compared as they are written, as kin-openapi compares them. The seed is
// secret and a hash has 64 bits: that two of ten million different items have the
// same is less likely than one in 100,000.
var seed = maphash.MakeSeed()

// isUnique tells whether no item of the array at i is there twice.
func (r *run) isUnique(i int) bool {
	var seen hashes
	for at := r.first(i); at >= 0; {
		if seen.count == manyHashes { // items that are different have five bytes each and more
			seen.grow(min(r.count(i, len(r.text)), len(r.text)/5) * 4 / 3)
		}
		hash, end := r.hash(at)
		if r.err != nil || !seen.add(hash) {
			return false
		}
		at, _ = r.following(at, end)
	}
	return r.err == nil
}

// hash returns the hash of the value at i, and its end.
func (r *run) hash(i int) (hash uint64, end int) {
	switch r.text[i] {
	case '"':
		end = r.quoted(i)
		return maphash.Comparable(seed, keyed{'"', maphash.String(seed, r.decoded(i, end))}), end
	case '[':
		at, sum := r.first(i), keyed{'[', 0}
		for at >= 0 {
			one, after := r.hash(at)
			sum.hash = maphash.Comparable(seed, keyed{',', sum.hash ^ one})
			at, end = r.following(at, after)
		}
		return maphash.Comparable(seed, sum), r.endOfEmpty(i, end)
	case '{':
		at, sum := r.first(i), keyed{'{', 0}
		for at >= 0 {
			name, v := r.named(at)
			one, after := r.hash(v)
			sum.hash += maphash.Comparable(seed, member{maphash.String(seed, name), one})
			at, end = r.following(v, after)
		}
		return maphash.Comparable(seed, sum), r.endOfEmpty(i, end)
	default:
		end = r.scalarEnd(i)
		return maphash.Comparable(seed, keyed{'0', maphash.String(seed, r.text[i:end])}), end
	}
}

func (r *run) endOfEmpty(i, end int) int {
	if end == 0 {
		return r.space(i+1) + 1
	}
	return end
}

type keyed struct {
	kind byte
	hash uint64
}

type member struct{ name, value uint64 }

// hashes are a set in one table, which takes less memory than a map. 0 is free.
type hashes struct {
	table []uint64
	count int
}

// manyHashes is how many there are when a table is made for all that may come,
// so that it need not grow again and again.
const manyHashes = 1 << 14

// add tells whether the hash was not there before.
func (h *hashes) add(hash uint64) bool {
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

func (h *hashes) grow(size int) {
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

func (h *hashes) put(hash uint64) bool {
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
