package fastpath

import (
	"math"
	"reflect"
	"strconv"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/jsontoken"
)

// A Binder checks a text and fills a Go value in the same pass. It is safe for
// concurrent use. A nil Binder always falls back.
type Binder struct {
	root    *node
	to      *target
	pointer reflect.Type // to the type that is bound
}

// Binder returns nil if the values of type t cannot be filled exactly as
// encoding/json fills them: types that decode themselves, such as time.Time,
// interfaces, maps, embedded structs, the tag option "string", and fields that
// the schema does not declare although it allows more members.
func (p *Program) Binder(t reflect.Type) *Binder {
	if p == nil || t == nil {
		return nil
	}
	to, ok := targets{}.of(p.root, t)
	if !ok {
		return nil
	}
	return &Binder{p.root, to, reflect.PointerTo(t)}
}

// Bind checks text as [Program.JSONString] does and fills *into with what
// encoding/json would fill it with. into must be a pointer to a zero value of the
// binder's type. If Bind returns false, the content of *into is undefined. The
// strings in *into alias text.
func (b *Binder) Bind(text string, into any) bool {
	if b == nil || reflect.TypeOf(into) != b.pointer || len(text) > math.MaxInt32 {
		return false
	}
	v := reflect.ValueOf(into)
	if v.IsNil() {
		return false
	}
	s := scanner[string]{text: text, lookahead: 4 * len(text)}
	return s.document(b.root, b.to, v.Elem())
}

// setNumber sets v to a number. It returns false if the number does not fit.
func setNumber[T jsontoken.Text](to *target, v reflect.Value, lit *literal, text T) bool {
	switch to.kind {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		if !lit.isInteger || v.OverflowInt(lit.value) {
			return false
		}
		v.SetInt(lit.value)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if !lit.isInteger || lit.value < 0 || v.OverflowUint(uint64(lit.value)) {
			return false
		}
		v.SetUint(uint64(lit.value))
	case reflect.Float64:
		v.SetFloat(lit.float)
	case reflect.Float32: // parsed again: rounding a float64 would round twice
		f, err := strconv.ParseFloat(string(text), 32)
		if err != nil {
			return false
		}
		v.SetFloat(f)
	default:
		return false
	}
	return true
}
