package fastpath

// A nameBuffer holds the names of undeclared members of the objects that are
// open, as far as there is room.
type nameBuffer struct {
	list  [64]span
	count int
}

// A span is a part of the text.
type span struct{ start, end int32 }

// unknownNames describes the undeclared members of one object.
type unknownNames struct {
	first, count int  // where its names begin in the buffer; how many there are in all
	last         span // the latest name
	unsorted     bool
}

// addUnknown reports whether the object may have an undeclared member with the
// name from start to end: undeclared members are allowed, the name does not fold
// with a declared one, and the object has no such member yet. As long as the
// names are sorted, comparing a name with the last one is enough.
func (s *scanner[T]) addUnknown(r *objectRule, u *unknownNames, start, end int) bool {
	name := s.text[start:end]
	if r.additional == nil || mayFold(&r.index, name) {
		return false
	}
	if u.count > 0 && (u.unsorted || string(s.text[u.last.start:u.last.end]) >= string(name)) {
		u.unsorted = true
		if u.first+u.count > s.unknown.count { // the buffer had no room for some of them
			return false
		}
		for _, other := range s.unknown.list[u.first:s.unknown.count] {
			if string(s.text[other.start:other.end]) == string(name) {
				return false
			}
		}
	}
	u.last = span{int32(start), int32(end)}
	u.count++
	if s.unknown.count < len(s.unknown.list) {
		s.unknown.list[s.unknown.count] = u.last
		s.unknown.count++
	}
	return true
}
