package validate

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// maxDrift is how many different violations are counted for one operation and
// direction, so that a caller who invents member names cannot fill the memory.
const maxDrift = 64

// A Drift counts one way in which messages violate the contract.
type Drift struct {
	OperationID string // empty for requests that are of no operation
	Method      string
	Path        string // the contract's template
	Direction   Direction
	In          Location
	Pointer     string // with * for every index
	Rule        Rule   // empty: those after the first 64 kinds
	Count       uint64
}

type driftKey struct {
	operationID, method, path string
	direction                 Direction
	in                        Location
	pointer                   string
	rule                      Rule
}

type driftCounter struct {
	mu     sync.Mutex
	counts map[driftKey]uint64
	kinds  map[driftKey]int // by operation and direction alone
}

func (d *driftCounter) add(vs Violations) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.counts == nil {
		d.counts, d.kinds = map[driftKey]uint64{}, map[driftKey]int{}
	}
	for _, v := range vs {
		group := driftKey{operationID: v.OperationID, path: v.Path, direction: v.Direction}
		if v.Path != "" {
			group.method = v.Method // of an unknown path the method is the caller's choice
		}
		key := group
		key.in, key.pointer, key.rule = v.In, withoutIndexes(v.Pointer), v.Rule
		if _, known := d.counts[key]; !known {
			if d.kinds[group] == maxDrift {
				key = group
			} else {
				d.kinds[group]++
			}
		}
		d.counts[key]++
	}
}

// Drift returns what was found since the Validator was made, in Enforce and in
// Observe, the most frequent first.
func (v *Validator) Drift() []Drift {
	v.drift.mu.Lock()
	defer v.drift.mu.Unlock()
	list := make([]Drift, 0, len(v.drift.counts))
	for k, n := range v.drift.counts {
		list = append(list, Drift{k.operationID, k.method, k.path, k.direction, k.in, k.pointer, k.rule, n})
	}
	slices.SortFunc(list, func(a, b Drift) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Pointer, b.Pointer), cmp.Compare(a.Rule, b.Rule))
	})
	return list
}

// record counts and reports what was found in one message, unless the message ended
// because its caller left.
func (v *Validator) record(r *http.Request, vs Violations) {
	if broken := vs[0].Rule; (broken == RuleBodyRead || broken == RuleInterrupted) && r.Context().Err() != nil {
		return
	}
	v.drift.add(vs)
	if v.options.Report != nil {
		v.options.Report(r, vs)
	}
}

// withoutIndexes returns a pointer with * for each index of an array.
func withoutIndexes(pointer string) string {
	if !strings.ContainsAny(pointer, "0123456789") {
		return pointer
	}
	steps := strings.Split(pointer, "/")
	for i, step := range steps {
		if step != "" && strings.Trim(step, "0123456789") == "" {
			steps[i] = "*"
		}
	}
	return strings.Join(steps, "/")
}
