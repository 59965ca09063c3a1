package reference

import (
	"errors"
	"fmt"
	"math"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/jsontoken"
)

// An arrayRule is what a schema requires of arrays.
type arrayRule struct {
	min, max int
	unique   bool
	items    *Schema // nil: anything
}

// checkArray checks the array at i.
func (c *checker) checkArray(r *arrayRule, i int) (end int, ok bool) {
	ok = true

	// minItems, maxItems --
	if r.min > 0 || r.max < math.MaxInt {
		n := c.count(i, max(r.min, r.max+1))
		if n < r.min {
			c.report("minItems", fmt.Errorf("minimum number of items is %d", r.min))
			ok = false
		}
		if n > r.max {
			c.report("maxItems", fmt.Errorf("maximum number of items is %d", r.max))
			ok = false
		}
	}

	// uniqueItems --
	if (ok || !c.done()) && r.unique && !c.isUnique(i) {
		c.report("uniqueItems", errors.New("duplicate items found"))
		ok = false
	}

	// items --
	if !ok && c.done() || r.items == nil {
		return unknownEnd, ok
	}
	end, itemsOK := c.checkItems(r.items, i)
	return end, ok && itemsOK
}

func (c *checker) checkItems(s *Schema, i int) (end int, ok bool) {
	c.path = append(c.path, jsontoken.Step{})
	here := len(c.path) - 1
	defer func() { c.path = c.path[:here] }()
	end, ok = unknownEnd, true
	for n, at := 0, c.first(i); at >= 0; n++ {
		c.path[here].Index = n
		itemEnd, itemOK := c.checkChild(s, at)
		if ok = ok && itemOK; !itemOK && c.done() {
			return unknownEnd, false
		}
		at, end = c.next(at, itemEnd)
	}
	return end, ok
}
