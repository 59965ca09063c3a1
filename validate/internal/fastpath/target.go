package fastpath

import (
	"encoding"
	"encoding/json"
	"reflect"
	"strings"
)

// A slot is how a node's value goes into a Go type.
type slot struct {
	kind    reflect.Kind
	typ     reflect.Type
	strings bool          // []string
	empty   reflect.Value // of a slice: [] is not nil
	elem    *slot         // of a pointer or a slice
	fields  []field       // of a struct, one for each member of the node's object
}

type field struct {
	index int
	to    *slot // nil: no field has the member
}

// takes tells whether a value of this kind can be bound; what is not bound can.
func (to *slot) takes(kind reflect.Kind) bool { return to == nil || to.kind == kind }

// follow makes what pointers point to.
func (to *slot) follow(v reflect.Value) (*slot, reflect.Value) {
	for to.kind == reflect.Pointer {
		v.Set(reflect.New(to.elem.typ))
		to, v = to.elem, v.Elem()
	}
	return to, v
}

// field returns the slot of a member and the field it fills.
func (to *slot) field(v reflect.Value, which int) (*slot, reflect.Value) {
	f := &to.fields[which]
	if f.to == nil {
		return nil, noValue
	}
	return f.to, v.Field(f.index)
}

// slots are those that are made: types may be recursive, as nodes are.
type slots map[pair]*slot

type pair struct {
	node *node
	typ  reflect.Type
}

var (
	decodesJSON = reflect.TypeFor[json.Unmarshaler]()
	decodesText = reflect.TypeFor[encoding.TextUnmarshaler]()
	numberText  = reflect.TypeFor[json.Number]() // a string that encoding/json looks into
)

// of returns the slot of a node and a type, or false where encoding/json might
// fill the type with something else. It is nil for a node that doubts anyway.
func (made slots) of(n *node, t reflect.Type) (*slot, bool) {
	if n.doubts() {
		return nil, true
	}
	if to, ok := made[pair{n, t}]; ok {
		return to, true
	}
	if p := reflect.PointerTo(t); p.Implements(decodesJSON) || p.Implements(decodesText) || t == numberText {
		return nil, false
	}
	to := &slot{kind: t.Kind(), typ: t, strings: t == reflect.TypeFor[[]string]()}
	made[pair{n, t}] = to
	ok := false
	switch t.Kind() {
	case reflect.Pointer:
		to.elem, ok = made.of(n, t.Elem())
	case reflect.String:
		ok = n.text != nil
	case reflect.Bool:
		ok = n.yes || n.no
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64,
		reflect.Float32, reflect.Float64:
		ok = n.number != nil
	case reflect.Slice:
		if ok = n.list != nil && t.Elem().Kind() != reflect.Uint8; ok { // []byte is base64
			to.empty = reflect.MakeSlice(t, 0, 0)
			to.elem, ok = made.of(n.list.items, t.Elem())
		}
	case reflect.Struct:
		if ok = n.object != nil; ok {
			to.fields, ok = made.fields(n.object, t)
		}
	}
	return to, ok
}

func (made slots) fields(o *object, t reflect.Type) ([]field, bool) {
	byName, ok := fieldsOf(t)
	if !ok {
		return nil, false
	}
	fields, rest := make([]field, len(o.members)), len(byName)
	for i, m := range o.members {
		index, ok := byName[m.name]
		if !ok {
			for name := range byName { // encoding/json would take it
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
	return fields, o.others == nil || rest == 0 // an undeclared member might go into the rest
}

// fieldsOf returns a struct's fields by the names that encoding/json gives them,
// or false where its rules are more than a name.
func fieldsOf(t reflect.Type) (map[string]int, bool) {
	byName := map[string]int{}
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
		_, twice := byName[name]
		if twice || strings.ContainsFunc(name, isOdd) || options != "" && options != "omitempty" && options != "omitzero" && options != "omitempty,omitzero" {
			return nil, false
		}
		byName[name] = i
	}
	return byName, true
}

// isOdd tells whether a character in a tag may make encoding/json ignore it.
func isOdd(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' && r != '-' && r != '.' && r != '$'
}
