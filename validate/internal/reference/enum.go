package reference

import (
	"encoding/json"
	"errors"
	"strconv"
)

// An enum is what a value may be, sorted by kind so that a long one costs no
// more than a short one.
type enum struct {
	all        []any
	texts      map[string]struct{}
	numbers    map[float64]struct{}
	yes, no    bool
	null       bool
	containers []any
}

func newEnum(values []any) *enum {
	if len(values) == 0 {
		return nil
	}
	e := &enum{all: values, texts: map[string]struct{}{}, numbers: map[float64]struct{}{}}
	for _, v := range values {
		switch v := v.(type) {
		case nil:
			e.null = true
		case bool:
			e.yes, e.no = e.yes || v, e.no || !v
		case string:
			e.texts[v] = struct{}{}
		case []any, map[string]any:
			e.containers = append(e.containers, v)
		default:
			if f, ok := float(v); ok {
				e.numbers[f] = struct{}{}
			}
		}
	}
	return e
}

// float is a number of a contract as kin-openapi compares it.
func float(v any) (f float64, ok bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case json.Number:
		f, err := v.Float64()
		return f, err == nil
	case int:
		return float64(v), true
	case int64:
		return float64(v), true
	case uint64:
		return float64(v), true
	}
	return 0, false
}

// reason is for the log.
func (e *enum) reason() error {
	const enough = 1 << 10
	allowed, err := json.Marshal(e.all[:min(len(e.all), 64)])
	if err != nil || len(allowed) > enough || len(e.all) > 64 {
		return errors.New("value is not one of the allowed values")
	}
	return errors.New("value is not one of the allowed values " + string(allowed))
}

// has tells whether the value at i is one of them.
func (e *enum) has(r *run, i int) bool {
	switch r.text[i] {
	case 'n':
		return e.null
	case 't':
		return e.yes
	case 'f':
		return e.no
	case '"':
		_, ok := e.texts[r.decoded(i, r.quoted(i))]
		return ok
	case '[', '{':
		for _, one := range e.containers {
			if r.equals(one, i) {
				return true
			}
		}
		return false
	default:
		f, err := strconv.ParseFloat(r.text[i:r.scalarEnd(i)], 64)
		_, ok := e.numbers[f]
		return ok && err == nil
	}
}

// equals tells whether the value at i is want, which is of the contract. It reads
// no further than to the first difference.
func (r *run) equals(want any, i int) bool {
	c := r.text[i]
	switch want := want.(type) {
	case nil:
		return c == 'n'
	case bool:
		return c == 't' && want || c == 'f' && !want
	case string:
		return c == '"' && r.decoded(i, r.quoted(i)) == want
	case []any:
		return c == '[' && r.equalItems(want, i)
	case map[string]any:
		return c == '{' && r.equalMembers(want, i)
	}
	f, ok := float(want)
	if !ok || c != '-' && (c < '0' || c > '9') {
		return false
	}
	got, err := strconv.ParseFloat(r.text[i:r.scalarEnd(i)], 64)
	return err == nil && got == f
}

func (r *run) equalItems(want []any, i int) bool {
	n := 0
	for at := r.first(i); at >= 0; n++ {
		if n == len(want) || !r.equals(want[n], at) {
			return false
		}
		at, _ = r.following(at, unknown)
	}
	return n == len(want)
}

func (r *run) equalMembers(want map[string]any, i int) bool {
	n := 0
	for at := r.first(i); at >= 0; n++ {
		name, v := r.named(at)
		one, ok := want[name]
		if !ok || !r.equals(one, v) {
			return false
		}
		at, _ = r.following(v, unknown)
	}
	return n == len(want)
}
