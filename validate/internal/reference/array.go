package reference

import (
	"fmt"
	"math"
)

// An array is what a schema asks of arrays.
type array struct {
	min, max int
	unique   bool
	items    *Schema // nil: anything
}

// array judges the array at i, its bounds first.
func (r *run) array(a *array, i int) (end int, ok bool) {
	ok = true
	if a.min > 0 || a.max < math.MaxInt {
		n := r.count(i, max(a.min, a.max+1))
		if n < a.min {
			r.fail("minItems", fmt.Errorf("minimum number of items is %d", a.min))
			ok = false
		}
		if n > a.max {
			r.fail("maxItems", fmt.Errorf("maximum number of items is %d", a.max))
			ok = false
		}
	}
	if (ok || !r.stopped()) && a.unique && !r.isUnique(i) {
		r.fail("uniqueItems", fmt.Errorf("duplicate items found"))
		ok = false
	}
	if !ok && r.stopped() || a.items == nil {
		return unknown, ok
	}
	r.path = append(r.path, step{})
	here := len(r.path) - 1
	for n, at := 0, r.first(i); at >= 0; n++ {
		r.path[here].index = n
		end, good := r.child(a.items, at)
		if !good {
			if ok = false; r.stopped() {
				r.path = r.path[:here]
				return unknown, false
			}
		}
		at, end = r.following(at, end)
		if at < 0 {
			r.path = r.path[:here]
			return end, ok
		}
	}
	r.path = r.path[:here]
	return unknown, ok // it is empty
}
