package fastpath

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/jsontoken"
)

// undeclared is what find returns for a name that no member has.
const undeclared = -1

// An index finds a member by its name. It is a hash table with open addressing,
// at most a quarter full. The hash is of the name's length and three of its
// bytes.
type index struct {
	members []member
	table   []int8 // offsets in members, or undeclared
	lengths uint64 // a bit for the length, modulo 64, of each name
	ascii   bool   // all names are ASCII
}

func newIndex(members []member) index {
	size := 4
	for size < 4*len(members) {
		size *= 2
	}
	x := index{members: members, table: make([]int8, size), ascii: true}
	for i := range x.table {
		x.table[i] = undeclared
	}
	for i, m := range members {
		at := hash(m.name) & (size - 1)
		for x.table[at] != undeclared {
			at = (at + 1) & (size - 1)
		}
		x.table[at] = int8(i)
		x.lengths |= 1 << (len(m.name) & 63)
		x.ascii = x.ascii && isASCII(m.name)
	}
	return x
}

func hash[T jsontoken.Text](name T) int {
	if len(name) == 0 {
		return 0
	}
	return len(name)*7 + int(name[0])*31 + int(name[len(name)/2])*17 + int(name[len(name)-1])*3
}

// find returns the offset of the member called name, or undeclared.
func find[T jsontoken.Text](x *index, name T) int {
	if len(x.members) == 0 {
		return undeclared
	}
	for at := hash(name); ; at++ {
		which := x.table[at&(len(x.table)-1)]
		if which == undeclared || string(name) == x.members[which].name {
			return int(which)
		}
	}
}

// mayFold reports whether a decoder that ignores case, such as encoding/json, may
// take an undeclared name for a declared one.
func mayFold[T jsontoken.Text](x *index, name T) bool {
	if len(x.members) == 0 {
		return false
	}
	if !x.ascii || !isASCII(name) { // encoding/json folds ſ to s and the Kelvin sign to k
		return true
	}
	if x.lengths&(1<<(len(name)&63)) == 0 {
		return false
	}
	for i := range x.members {
		if equalFold(x.members[i].name, name) {
			return true
		}
	}
	return false
}

// equalFold compares two ASCII names without case.
func equalFold[T jsontoken.Text](declared string, name T) bool {
	if len(declared) != len(name) {
		return false
	}
	for i := range len(declared) {
		if lower(declared[i]) != lower(name[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c |= 0x20
	}
	return c
}

func isASCII[T jsontoken.Text](name T) bool {
	for i := range len(name) {
		if name[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// foldsWithDeclared is mayFold for the schema of an object.
func foldsWithDeclared(name string, declared openapi3.Schemas) bool {
	for other := range declared {
		if strings.EqualFold(name, other) {
			return true
		}
	}
	return strings.ContainsFunc(name, func(r rune) bool { return r > unicode.MaxASCII })
}

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
