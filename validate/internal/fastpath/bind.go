package fastpath

import (
	"encoding"
	"encoding/json"
	"math"
	"reflect"
	"strconv"
	"strings"

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

// A target says how the value of a node goes into a Go type. A nil target means
// that the value is checked and not bound.
type target struct {
	kind      reflect.Kind
	typ       reflect.Type
	isStrings bool          // the type is []string
	empty     reflect.Value // of a slice: [] is not nil
	elem      *target       // of a pointer or a slice
	fields    []field       // of a struct, one for each member of the node's object
}

// A field is where a member goes.
type field struct {
	index int
	to    *target // nil: no field has the member
}

// holds reports whether a value of this kind can be bound. It is true if nothing
// is bound.
func (to *target) holds(kind reflect.Kind) bool { return to == nil || to.kind == kind }

// deref sets a pointer, and the pointers that it points to, to new values.
func (to *target) deref(v reflect.Value) (*target, reflect.Value) {
	for to.kind == reflect.Pointer {
		v.Set(reflect.New(to.elem.typ))
		to, v = to.elem, v.Elem()
	}
	return to, v
}

// field returns the target of a member and the field that it fills.
func (to *target) field(v reflect.Value, which int) (*target, reflect.Value) {
	f := &to.fields[which]
	if f.to == nil {
		return nil, noValue
	}
	return f.to, v.Field(f.index)
}

// targets holds one target for each node and type, because both may be recursive.
type targets map[nodeType]*target

type nodeType struct {
	node *node
	typ  reflect.Type
}

var (
	jsonUnmarshaler = reflect.TypeFor[json.Unmarshaler]()
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
	jsonNumber      = reflect.TypeFor[json.Number]() // a string whose content encoding/json checks
)

// of returns the target of a node and a type, nil for a node that always falls
// back. ok is false if encoding/json might fill the type with something else.
func (made targets) of(n *node, t reflect.Type) (to *target, ok bool) {
	if n.alwaysFallsBack() {
		return nil, true
	}
	if to, ok := made[nodeType{n, t}]; ok {
		return to, true
	}
	if p := reflect.PointerTo(t); p.Implements(jsonUnmarshaler) || p.Implements(textUnmarshaler) || t == jsonNumber {
		return nil, false
	}
	to = &target{kind: t.Kind(), typ: t, isStrings: t == reflect.TypeFor[[]string]()}
	made[nodeType{n, t}] = to
	switch t.Kind() {
	case reflect.Pointer:
		to.elem, ok = made.of(n, t.Elem())
	case reflect.String:
		ok = n.string != nil
	case reflect.Bool:
		ok = n.allowTrue || n.allowFalse
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64,
		reflect.Float32, reflect.Float64:
		ok = n.number != nil
	case reflect.Slice:
		if ok = n.array != nil && t.Elem().Kind() != reflect.Uint8; ok { // []byte is base64
			to.empty = reflect.MakeSlice(t, 0, 0)
			to.elem, ok = made.of(n.array.items, t.Elem())
		}
	case reflect.Struct:
		if ok = n.object != nil; ok {
			to.fields, ok = made.fields(n.object, t)
		}
	}
	return to, ok
}

func (made targets) fields(r *objectRule, t reflect.Type) (fields []field, ok bool) {
	byName, ok := fieldsOf(t)
	if !ok {
		return nil, false
	}
	fields = make([]field, len(r.members))
	rest := len(byName) // the fields that no member fills
	for i, m := range r.members {
		index, ok := byName[m.name]
		if !ok {
			for name := range byName { // encoding/json would fill this field
				if strings.EqualFold(name, m.name) {
					return nil, false
				}
			}
			continue
		}
		rest--
		to, ok := made.of(m.node, t.Field(index).Type)
		if !ok {
			return nil, false
		}
		fields[i] = field{index, to}
	}
	return fields, r.additional == nil || rest == 0 // encoding/json fills the rest with undeclared members
}

// fieldsOf returns a struct's fields by the names that encoding/json gives them.
// ok is false if its rules for a field are more than a name.
func fieldsOf(t reflect.Type) (byName map[string]int, ok bool) {
	byName = map[string]int{}
	for i := range t.NumField() {
		f := t.Field(i)
		tag := f.Tag.Get("json")
		if f.Anonymous {
			return nil, false
		}
		if !f.IsExported() || tag == "-" {
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		if name == "" {
			name = f.Name
		}
		_, duplicate := byName[name]
		if duplicate || strings.ContainsFunc(name, isUnusual) || options != "" && options != "omitempty" && options != "omitzero" && options != "omitempty,omitzero" {
			return nil, false
		}
		byName[name] = i
	}
	return byName, true
}

// isUnusual reports whether a character of a name might make encoding/json ignore
// the tag.
func isUnusual(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' && r != '-' && r != '.' && r != '$'
}
