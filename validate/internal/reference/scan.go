package reference

import (
	"encoding/json"
	"strings"
)

// The text is valid JSON, so that nothing here looks for errors. Places are those
// of bytes; -1 is none.

// space returns the place after the white space at i.
func (r *run) space(i int) int {
	for i < len(r.text) && (r.text[i] == ' ' || r.text[i] == '\n' || r.text[i] == '\t' || r.text[i] == '\r') {
		i++
	}
	return i
}

// first returns the place of the first item, or of the first member's name, of
// the array or object at i; -1 where it is empty.
func (r *run) first(i int) int {
	r.spend(1)
	if i = r.space(i + 1); r.text[i] == ']' || r.text[i] == '}' || r.err != nil {
		return -1
	}
	return i
}

// following returns the place of the item or name after the value at i, which
// ends at end where that is known; where there is none it returns -1, and the
// end of the array or object.
func (r *run) following(i, end int) (next, after int) {
	if end < 0 {
		end = r.skip(i)
	}
	after = r.space(end)
	r.spend(after - end + 1)
	if r.err != nil {
		return -1, unknown
	}
	if r.text[after] == ',' {
		return r.space(after + 1), unknown
	}
	return -1, after + 1
}

// named returns the name at i, and the place of its value.
func (r *run) named(i int) (name string, value int) {
	end := r.quoted(i)
	return r.decoded(i, end), r.space(r.space(end) + 1)
}

// quoted returns the end of the string at i.
func (r *run) quoted(i int) (end int) {
	start := i
	for i++; r.text[i] != '"'; i++ {
		if r.text[i] == '\\' {
			i++
		}
	}
	r.spend(i - start)
	return i + 1
}

// decoded returns the string from i to end. It shares the text's memory where
// there are no escapes.
func (r *run) decoded(i, end int) (value string) {
	if inner := r.text[i+1 : end-1]; strings.IndexByte(inner, '\\') < 0 {
		return inner
	}
	_ = json.Unmarshal([]byte(r.text[i:end]), &value) // it was read before, and has no error
	return value
}

// scalarEnd returns the end of the number or literal at i.
func (r *run) scalarEnd(i int) int {
	start := i
	for i < len(r.text) {
		switch r.text[i] {
		case ',', ']', '}', ' ', '\n', '\t', '\r':
			r.spend(i - start)
			return i
		}
		i++
	}
	return i
}

// skip returns the end of the value at i.
func (r *run) skip(i int) int {
	switch r.text[i] {
	case '"':
		return r.quoted(i)
	case '[', '{':
	default:
		return r.scalarEnd(i)
	}
	start := i
	for depth := 0; ; i++ {
		switch r.text[i] {
		case '"':
			i = r.quoted(i) - 1
			if r.err != nil {
				return len(r.text)
			}
		case '[', '{':
			depth++
		case ']', '}':
			if depth--; depth == 0 {
				r.spend(i - start)
				return i + 1
			}
		}
	}
}

// count returns how many items or members the array or object at i has, at most
// so many.
func (r *run) count(i, most int) (n int) {
	object := r.text[i] == '{'
	for at := r.first(i); at >= 0 && n < most; n++ {
		if object {
			at = r.space(r.space(r.quoted(at)) + 1)
		}
		at, _ = r.following(at, unknown)
	}
	return n
}

// member returns the place of the value of the object's member called name, -1
// where there is none.
func (r *run) member(i int, name string) int {
	for at := r.first(i); at >= 0; {
		one, v := r.named(at)
		if one == name {
			return v
		}
		at, _ = r.following(v, unknown)
	}
	return -1
}
