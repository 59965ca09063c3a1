package reference

import (
	"errors"
	"slices"
)

// checkChild checks the item or the member's value at i. end is the offset after
// it, or unknownEnd.
func (c *checker) checkChild(s *Schema, i int) (end int, ok bool) {
	container := c.text[i] == '{' || c.text[i] == '['
	if container {
		if end, ok, known := c.cache.get(s, i, c.trials > 0); known {
			return end, ok
		}
	}
	base := c.base
	c.base = len(c.schemas)
	end, ok = c.check(s, i)
	c.base = base
	if container && c.err == nil {
		c.cache.put(s, i, end, ok, c.trials == 0)
	}
	return end, ok
}

// try checks the value at i and records no findings.
func (c *checker) try(s *Schema, i int) (end int, ok bool) {
	c.trials++
	end, ok = c.check(s, i)
	c.trials--
	return end, ok
}

// check checks the value at i. As in kin-openapi, a schema that is already
// checking the value does not check it again.
func (c *checker) check(s *Schema, i int) (end int, ok bool) {
	if c.err != nil {
		return unknownEnd, false
	}
	if slices.Contains(c.schemas[c.base:], s) {
		return unknownEnd, true
	}
	c.spend(16) // otherwise a schema with many parts would cost nothing
	depth := len(c.schemas)
	c.schemas = append(c.schemas, s)
	end, ok = c.checkKeywords(s, i)
	c.schemas = c.schemas[:depth]
	return end, ok && c.err == nil
}

// checkKeywords checks the keywords in kin-openapi's order.
func (c *checker) checkKeywords(s *Schema, i int) (end int, ok bool) {
	// nullable --
	null := c.text[i] == 'n'
	switch {
	case null && s.allowNull, !null && s.empty:
		return unknownEnd, true
	case s.empty:
		return c.reportNull()
	}

	// not --
	if s.not != nil {
		if _, ok := c.try(s.not, i); ok {
			c.report("not", nil)
			return unknownEnd, false
		}
	}

	// oneOf, anyOf, allOf --
	end = unknownEnd
	if s.oneOf != nil || s.anyOf != nil || len(s.allOf) > 0 {
		if end, ok = c.checkCombined(s, i); !ok || null {
			return end, ok
		}
	}

	// enum --
	if s.enum != nil && !c.isIn(s.enum, i) {
		c.report("enum", s.enum.reason())
		return unknownEnd, false
	}

	// type and the keywords of the types --
	typeEnd, ok := c.checkType(s, i)
	return max(end, typeEnd), ok // unknownEnd is the smallest
}

func (c *checker) reportNull() (end int, ok bool) {
	// These are kin-openapi's words.
	c.report("nullable", errors.New("Value is not nullable"))
	return unknownEnd, false
}

// checkType checks the type of the value at i, and the keywords of that type.
func (c *checker) checkType(s *Schema, i int) (end int, ok bool) {
	var typ typeSet
	switch c.text[i] {
	case 'n':
		return c.reportNull()
	case 't', 'f':
		typ = typeBoolean
	case '"':
		typ = typeString
	case '[':
		typ = typeArray
	case '{':
		typ = typeObject
	default:
		typ = typeNumber
	}
	if s.types&typ == 0 {
		c.report("type", errors.New("value must be "+s.typeNames))
		return unknownEnd, false
	}
	switch typ {
	case typeString:
		return c.checkString(&s.scalar, i)
	case typeNumber:
		return c.checkNumber(&s.scalar, i)
	case typeArray:
		return c.checkArray(&s.array, i)
	case typeObject:
		return c.checkObject(s, i)
	default:
		return unknownEnd, true
	}
}
