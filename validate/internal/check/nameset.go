package check

import "hash/maphash"

// A nameSlot is a member's name: its hash and the place of its quote, counted from
// 1. A caller cannot predict the hashes.
type nameSlot struct{ hash, place uint32 }

var nameSeed = maphash.MakeSeed()

func hashOf(name string) uint32 { return uint32(maphash.String(nameSeed, name)) }

// A nameSet is a set of names in one table with open addressing: a map of the same
// names takes many times the memory.
type nameSet struct {
	slots []nameSlot // place 0: free
	count int
	first uint32 // the place of the first
}

// manyNames is how many names there are when the table is made as large as all that
// may follow need, so that it does not grow again and again.
const manyNames = 1 << 14

// add adds a name, and reports whether it is new. text has all names.
func (s *nameSet) add(text, name string, slot nameSlot) bool {
	switch {
	case s.count == manyNames: // those that follow may be as short
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

// find returns the name's place in the table, or the free place for it. An empty
// text says that the table does not have the name.
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

// in returns the name, which text has in a string that was read.
func (s nameSlot) in(text string) string {
	rest := text[s.place-1:]
	end := 1
	for rest[end] != '"' {
		if rest[end] == '\\' {
			end++
		}
		end++
	}
	return unquoted(rest[:end+1])
}
