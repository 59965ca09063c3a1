package validate

import "hash/maphash"

// A nameSlot is a member's name by its hash and, from 1 on, the place where it
// stands. The hashes of a caller's names cannot be foreseen.
type nameSlot struct{ hash, place uint32 }

var nameSeed = maphash.MakeSeed()

func hashOf(name string) uint32 { return uint32(maphash.String(nameSeed, name)) }

// A nameSet is a set of names in one table of open addresses: a map of as many
// takes many times the memory.
type nameSet struct {
	slots []nameSlot // place 0: free
	count int
	first uint32 // the place of the first
}

// manyNames is how many there are when a table is made for all that may come, so
// that it need not grow again and again.
const manyNames = 1 << 14

// add tells whether the name was not there before. text has all names.
func (s *nameSet) add(text, name string, slot nameSlot) bool {
	switch {
	case s.count == manyNames: // those that come may be as long
		read := int(slot.place - s.first)
		s.grow(int(float64(s.count) / float64(read) * float64(len(text)-int(s.first)) * 3 / 2))
	case s.count == 0:
		s.first = slot.place
	}
	if 4*s.count >= 3*len(s.slots) {
		s.grow(max(64, 2*len(s.slots)))
	}
	at, there := s.find(text, name, slot.hash)
	if !there {
		s.slots[at] = slot
		s.count++
	}
	return !there
}

func (s *nameSet) grow(size int) {
	if size <= len(s.slots) {
		return
	}
	old := s.slots
	s.slots = make([]nameSlot, size)
	for _, one := range old {
		if one.place != 0 {
			at, _ := s.find("", "", one.hash)
			s.slots[at] = one
		}
	}
}

// find returns the place of the name in the table, or the one for it. Without a
// text the name is not there yet.
func (s *nameSet) find(text, name string, hash uint32) (at int, there bool) {
	at = int(uint64(hash) * uint64(len(s.slots)) >> 32)
	for ; ; at++ {
		if at == len(s.slots) {
			at = 0
		}
		switch one := s.slots[at]; {
		case one.place == 0:
			return at, false
		case text != "" && one.hash == hash && one.in(text) == name:
			return at, true
		}
	}
}

// in returns the name.
func (s nameSlot) in(text string) string {
	sc := scanner{data: text, pos: int(s.place - 1)}
	name, _ := sc.text() // it was read before
	return name
}
