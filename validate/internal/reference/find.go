package reference

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
)

// A Finding is one thing that the schema does not allow.
type Finding struct {
	Pointer string // RFC 6901
	Rule    string // the keyword
	Err     error  // for a log: it may quote the schema, and never the value
}

// ErrWork tells that a text was given up, for the schema makes too much work of
// it.
var ErrWork = errors.New("judge: the text takes too much work")

// The work that a text may make, in bytes that are looked at: so many passes over
// it, and what lets a small one meet hundreds of alternatives.
const (
	passes    = 64
	leastWork = 16 << 20
)

// lookUp is how many bytes are looked at before the context is.
const lookUp = 256 << 10

// A run is one text that is judged.
type run struct {
	ctx  context.Context
	text string
	work int   // that is left
	next int   // the work that is left when the context is looked at again
	err  error // the context's, or ErrWork

	quiet int // more than 0: the first thing that is wrong ends it, and is not told
	most  int
	found []found
	path  []step // to the value that is looked at

	visiting []*Schema // those that look at the same value, and above base those of values around it
	base     int
	there    []bool // the required members that the open objects have
	memo     *memo
}

type found struct {
	Finding
	path       []step
	undeclared bool
}

// A step is a member's name, or an item's index where it is not negative.
type step struct {
	name  string
	index int
}

// unknown is the end of a value that was not read to its end.
const unknown = -1

// Find returns what the schema does not allow in text, at most so many; nil when
// all is well. The error is ErrWork, or the context's. The order is kin-openapi's,
// as far as nothing was left out.
func (s *Schema) Find(ctx context.Context, text string, most int) ([]Finding, error) {
	r := &run{ctx: ctx, text: text, work: passes*len(text) + leastWork, most: most, memo: newMemo()}
	defer r.memo.release()
	r.next = r.work
	r.visit(s, r.space(0))
	if r.err != nil {
		return nil, r.err
	}
	list := make([]Finding, len(r.found))
	for i := range r.found {
		list[i] = r.found[i].Finding
	}
	return list, nil
}

// spend counts the work of n bytes.
func (r *run) spend(n int) {
	if r.work -= n; r.work <= r.next {
		r.next = r.work - lookUp
		if r.err == nil {
			r.err = r.ctx.Err()
		}
	}
	if r.work < 0 && r.err == nil {
		r.err = ErrWork
	}
}

// stopped tells whether there is nothing more to find.
func (r *run) stopped() bool {
	return r.err != nil || r.quiet > 0 || len(r.found) >= r.most
}

// fail notes that the value that is looked at breaks a rule.
func (r *run) fail(rule string, err error) {
	if r.quiet > 0 || len(r.found) >= r.most {
		return
	}
	pointer := r.pointer()
	for i := range r.found {
		if r.found[i].Pointer == pointer && r.found[i].Rule == rule { // two parts of a schema may say the same
			return
		}
	}
	r.found = append(r.found, found{Finding: Finding{pointer, rule, err}, path: slices.Clone(r.path)})
}

// failAt is fail for a member of the object that is looked at.
func (r *run) failAt(name, rule string, err error) {
	r.path = append(r.path, step{strings.Clone(name), -1})
	r.fail(rule, err)
	r.path = r.path[:len(r.path)-1]
}

var escapes = strings.NewReplacer("~", "~0", "/", "~1")

func (r *run) pointer() string {
	var b strings.Builder
	for _, s := range r.path {
		b.WriteByte('/')
		if s.index >= 0 {
			b.WriteString(strconv.Itoa(s.index))
		} else {
			_, _ = escapes.WriteString(&b, s.name) // to memory: it cannot fail
		}
	}
	return b.String()
}
