package reference

import (
	"encoding/json"
	"errors"
	"strconv"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/fastpath"
)

// An enumRule holds the values of an enum by their types, so that a long enum
// costs no more than a short one.
type enumRule struct {
	values                           []any
	strings                          map[string]struct{}
	numbers                          map[float64]struct{}
	allowTrue, allowFalse, allowNull bool
	containers                       []any // arrays and objects
}

func newEnumRule(values []any) *enumRule {
	if len(values) == 0 {
		return nil
	}
	e := &enumRule{values: values, strings: map[string]struct{}{}, numbers: map[float64]struct{}{}}
	for _, v := range values {
		switch v := v.(type) {
		case nil:
			e.allowNull = true
		case bool:
			e.allowTrue, e.allowFalse = e.allowTrue || v, e.allowFalse || !v
		case string:
			e.strings[v] = struct{}{}
		case []any, map[string]any:
			e.containers = append(e.containers, v)
		default:
			if f, ok := fastpath.EnumNumber(v); ok {
				e.numbers[f] = struct{}{}
			}
		}
	}
	return e
}

// reason returns an error for the log. It lists the values if they are few.
func (e *enumRule) reason() error {
	const maxValues, maxBytes = 64, 1 << 10
	allowed, err := json.Marshal(e.values[:min(len(e.values), maxValues)])
	if err != nil || len(allowed) > maxBytes || len(e.values) > maxValues {
		return errors.New("value is not one of the allowed values")
	}
	return errors.New("value is not one of the allowed values " + string(allowed))
}

// isIn reports whether the value at i is one of the enum's.
func (c *checker) isIn(e *enumRule, i int) bool {
	switch c.text[i] {
	case 'n':
		return e.allowNull
	case 't':
		return e.allowTrue
	case 'f':
		return e.allowFalse
	case '"':
		_, ok := e.strings[c.decode(i, c.stringEnd(i))]
		return ok
	case '[', '{':
		for _, one := range e.containers {
			if c.equal(one, i) {
				return true
			}
		}
		return false
	default:
		f, err := strconv.ParseFloat(c.text[i:c.literalEnd(i)], 64)
		_, ok := e.numbers[f]
		return ok && err == nil
	}
}

// equal reports whether the value at i equals want, a value of the schema. It
// stops at the first difference.
func (c *checker) equal(want any, i int) bool {
	first := c.text[i]
	switch want := want.(type) {
	case nil:
		return first == 'n'
	case bool:
		return first == 't' && want || first == 'f' && !want
	case string:
		return first == '"' && c.decode(i, c.stringEnd(i)) == want
	case []any:
		return first == '[' && c.equalItems(want, i)
	case map[string]any:
		return first == '{' && c.equalMembers(want, i)
	}
	f, ok := fastpath.EnumNumber(want)
	if !ok || first != '-' && (first < '0' || first > '9') {
		return false
	}
	got, err := strconv.ParseFloat(c.text[i:c.literalEnd(i)], 64)
	return err == nil && got == f
}

func (c *checker) equalItems(want []any, i int) bool {
	n := 0
	for at := c.first(i); at >= 0; n++ {
		if n == len(want) || !c.equal(want[n], at) {
			return false
		}
		at, _ = c.next(at, unknownEnd)
	}
	return n == len(want)
}

func (c *checker) equalMembers(want map[string]any, i int) bool {
	n := 0
	for at := c.first(i); at >= 0; n++ {
		name, v := c.nameAt(at)
		one, ok := want[name]
		if !ok || !c.equal(one, v) {
			return false
		}
		at, _ = c.next(v, unknownEnd)
	}
	return n == len(want)
}
