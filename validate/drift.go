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

// A Drift counts one way in which messages differ from the contract.
type Drift struct {
	OperationID string // empty for requests that are of no operation
	Method      string
	Path        string // the contract's template
	Direction   Direction
	Where       Where
	Pointer     string // with * for every index
	Rule        string // empty: what came after the first maxDrift kinds
	Count       uint64
}

type driftKey struct {
	operationID, method, path string
	direction                 Direction
	where                     Where
	pointer, rule             string
}

type drifts struct {
	mu     sync.Mutex
	counts map[driftKey]uint64
	kinds  map[driftKey]int // by operation and direction alone
}

func (d *drifts) add(vs Violations) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.counts == nil {
		d.counts, d.kinds = map[driftKey]uint64{}, map[driftKey]int{}
	}
	for _, v := range vs {
		group := driftKey{operationID: v.OperationID, path: v.Path, direction: v.Direction}
		if v.Path != "" {
			group.method = v.Method // of an unknown path it is the caller's word
		}
		key := group
		key.where, key.pointer, key.rule = v.Where, withoutIndexes(v.Pointer), v.Rule
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

// Drift returns what was found since the Validator was made, in enforce and
// observe, the most frequent first.
func (v *Validator) Drift() []Drift {
	v.drifts.mu.Lock()
	defer v.drifts.mu.Unlock()
	list := make([]Drift, 0, len(v.drifts.counts))
	for k, n := range v.drifts.counts {
		list = append(list, Drift{k.operationID, k.method, k.path, k.direction, k.where, k.pointer, k.rule, n})
	}
	slices.SortFunc(list, func(a, b Drift) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Pointer, b.Pointer), cmp.Compare(a.Rule, b.Rule))
	})
	return list
}

// note counts and reports what was found in one message. Of one that ended because
// its caller left there is nothing to tell.
func (v *Validator) note(r *http.Request, vs Violations) {
	if rule := vs[0].Rule; (rule == RuleBodyRead || rule == RuleInterrupted) && r.Context().Err() != nil {
		return
	}
	v.drifts.add(vs)
	if v.report != nil {
		v.report(r, vs)
	}
}

// withoutIndexes makes one place of an array's many.
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
