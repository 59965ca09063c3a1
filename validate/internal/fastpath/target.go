package fastpath

import (
	"encoding"
	"encoding/json"
	"reflect"
	"strings"
)

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
