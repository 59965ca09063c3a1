package reference

import (
	"encoding/json"
	"strings"
)

// The methods of this file find their way through the text. They do not look for
// errors, because the text is valid JSON. Their results are offsets in the text.

// space returns the offset after the white space at i.
func (c *checker) space(i int) int {
	for i < len(c.text) && (c.text[i] == ' ' || c.text[i] == '\n' || c.text[i] == '\t' || c.text[i] == '\r') {
		i++
	}
	return i
}

// first returns the offset of the first item of the array at i, or of the first
// name in the object at i. It returns -1 if there is none.
func (c *checker) first(i int) int {
	c.spend(1)
	if i = c.space(i + 1); c.text[i] == ']' || c.text[i] == '}' || c.err != nil {
		return -1
	}
	return i
}

// next returns the offset of the item or the name that follows the value at i.
// valueEnd is the end of that value if it is known. If nothing follows, next
// returns -1 and the end of the array or object.
func (c *checker) next(i, valueEnd int) (next, end int) {
	if valueEnd < 0 {
		valueEnd = c.skip(i)
	}
	end = c.space(valueEnd)
	c.spend(end - valueEnd + 1)
	if c.err != nil {
		return -1, unknownEnd
	}
	if c.text[end] == ',' {
		return c.space(end + 1), unknownEnd
	}
	return -1, end + 1
}

// nameAt returns the name at i and the offset of its value.
func (c *checker) nameAt(i int) (name string, value int) {
	end := c.stringEnd(i)
	return c.decode(i, end), c.space(c.space(end) + 1)
}

// stringEnd returns the end of the string at i.
func (c *checker) stringEnd(i int) (end int) {
	start := i
	for i++; c.text[i] != '"'; i++ {
		if c.text[i] == '\\' {
			i++
		}
	}
	c.spend(i - start)
	return i + 1
}

// decode returns the decoded string from i to end. It shares the memory of the
// text if there are no escapes.
func (c *checker) decode(i, end int) (value string) {
	if inner := c.text[i+1 : end-1]; strings.IndexByte(inner, '\\') < 0 {
		return inner
	}
	_ = json.Unmarshal([]byte(c.text[i:end]), &value) // the text is valid, so there is no error
	return value
}

// literalEnd returns the end of the number, true, false or null at i.
func (c *checker) literalEnd(i int) int {
	start := i
	for i < len(c.text) {
		switch c.text[i] {
		case ',', ']', '}', ' ', '\n', '\t', '\r':
			c.spend(i - start)
			return i
		}
		i++
	}
	return i
}

// skip returns the end of the value at i.
func (c *checker) skip(i int) int {
	switch c.text[i] {
	case '"':
		return c.stringEnd(i)
	case '[', '{':
	default:
		return c.literalEnd(i)
	}
	start := i
	for depth := 0; ; i++ {
		switch c.text[i] {
		case '"':
			i = c.stringEnd(i) - 1
			if c.err != nil {
				return len(c.text)
			}
		case '[', '{':
			depth++
		case ']', '}':
			if depth--; depth == 0 {
				c.spend(i - start)
				return i + 1
			}
		}
	}
}

// count returns how many items or members the array or object at i has. It stops
// counting at most.
func (c *checker) count(i, most int) (n int) {
	object := c.text[i] == '{'
	for at := c.first(i); at >= 0 && n < most; n++ {
		if object {
			at = c.space(c.space(c.stringEnd(at)) + 1)
		}
		at, _ = c.next(at, unknownEnd)
	}
	return n
}

// findMember returns the offset of the value of a member of the object at i, or
// -1 if there is none.
func (c *checker) findMember(i int, name string) int {
	for at := c.first(i); at >= 0; {
		one, v := c.nameAt(at)
		if one == name {
			return v
		}
		at, _ = c.next(v, unknownEnd)
	}
	return -1
}
