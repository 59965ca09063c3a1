package fastpath

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
)

// none is the index of a member that is not declared.
const none = -1

// An index finds a member by its name: a small table with open addresses, by the
// name's length and a few of its bytes.
type index struct {
	members []member
	slots   []int8 // members' places; none: free
	lengths uint64 // a bit for each length, modulo 64, that a name has
	ascii   bool   // all names are
}

func (o *object) lookup() {
	size := 4
	for size < 4*len(o.members) {
		size *= 2
	}
	x := index{members: o.members, slots: make([]int8, size), ascii: true}
	for i := range x.slots {
		x.slots[i] = none
	}
	for i, m := range o.members {
		at := hash(m.name) & (size - 1)
		for x.slots[at] != none {
			at = (at + 1) & (size - 1)
		}
		x.slots[at] = int8(i)
		x.lengths |= 1 << (len(m.name) & 63)
		x.ascii = x.ascii && isASCII(m.name)
	}
	o.index = x
}

func hash[T chars](name T) int {
	if len(name) == 0 {
		return 0
	}
	return len(name)*7 + int(name[0])*31 + int(name[len(name)/2])*17 + int(name[len(name)-1])*3
}

// find returns the place of the member called name, or none.
func find[T chars](x *index, name T) int {
	if len(x.members) == 0 {
		return none
	}
	for at := hash(name); ; at++ {
		which := x.slots[at&(len(x.slots)-1)] // a quarter is taken
		if which == none || string(name) == x.members[which].name {
			return int(which)
		}
	}
}

// folds tells whether a name that is not declared may be one to a decoder that
// compares without case, as encoding/json does.
func folds[T chars](x *index, name T) bool {
	if len(x.members) == 0 {
		return false
	}
	if !x.ascii || !isASCII(name) { // ſ is s to it, and the Kelvin sign is k
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

func equalFold[T chars](declared string, name T) bool {
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

func isASCII[T chars](name T) bool {
	for i := range len(name) {
		if name[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// foldsWithDeclared tells whether name, which is not declared, would be taken
// for a name that is.
func foldsWithDeclared(name string, declared openapi3.Schemas) bool {
	for other := range declared {
		if strings.EqualFold(name, other) {
			return true
		}
	}
	return strings.ContainsFunc(name, func(r rune) bool { return r > unicode.MaxASCII })
}

// names are those of undeclared members of the objects that are open, as far as
// there is room.
type names struct {
	list  [64]span
	count int
}

type span struct{ start, end int32 }

// unknowns is what one object knows of its undeclared members.
type unknowns struct {
	first, count int  // in names, those of this object; and in all
	last         span // the latest
	mixed        bool // they are not in order
}

// fresh tells whether an undeclared member may stand there: undeclared members
// are free to, the name is none of the declared ones but for its case, and it was
// not there before. While names are in order each is new without a look back.
func (s *scan[T]) fresh(o *object, u *unknowns, start, end int) bool {
	name := s.text[start:end]
	if o.others == nil || folds(&o.index, name) {
		return false
	}
	if u.count > 0 && (u.mixed || string(s.text[u.last.start:u.last.end]) >= string(name)) {
		u.mixed = true
		if u.first+u.count > s.names.count { // some found no room
			return false
		}
		for _, other := range s.names.list[u.first:s.names.count] {
			if string(s.text[other.start:other.end]) == string(name) {
				return false
			}
		}
	}
	u.last = span{int32(start), int32(end)}
	u.count++
	if s.names.count < len(s.names.list) {
		s.names.list[s.names.count] = u.last
		s.names.count++
	}
	return true
}
