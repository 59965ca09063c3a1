package check

import (
	"bytes"
	"context"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"
	"unsafe"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/jsontoken"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/rule"
)

// scanJSON reads one JSON text (RFC 8259) as strictly as the strictest parser, so
// that every parser takes it for the same value. It returns the first rule that the
// text breaks, with the JSON pointer to the place, or "". It returns
// rule.Interrupted when ctx ends. jsontext finds what is not JSON, invalid UTF-8
// and lone surrogates; names that appear twice are found here, because jsontext
// keeps a copy of each name.
func scanJSON(ctx context.Context, text string, keys *jsonKeys) (broken, pointer string) {
	sc := scanner{text: text, next: keys}
	sc.dec = jsontext.NewDecoder(
		bytes.NewBuffer(unsafe.Slice(unsafe.StringData(text), len(text))), // which is only read
		jsontext.AllowDuplicateNames(true))
	for values := 1; ; values++ {
		if values%(16<<10) == 0 && ctx.Err() != nil {
			return rule.Interrupted, ""
		}
		depth := sc.dec.StackDepth()
		if _, n := sc.dec.StackIndex(depth); depth == 0 && n == 1 {
			if strings.Trim(text[sc.dec.InputOffset():], " \t\r\n") != "" {
				return rule.JSONTrailingData, ""
			}
			return "", ""
		}
		broken, err := sc.step(depth)
		switch {
		case err != nil:
			return syntaxRule(text, err), sc.place()
		case broken == rule.JSONDepth: // the array or object is not read
			return broken, sc.place()
		case broken == nameNUL:
			name := string(sc.dec.StackPointer())
			return rule.JSONNUL, name[:strings.LastIndexByte(name, '/')+1]
		case broken != "":
			return broken, string(sc.dec.StackPointer())
		}
	}
}

// place returns the pointer to what comes after the last token: the next item or
// member, or the last one if what comes is not a comma.
func (sc *scanner) place() string {
	container, n := sc.dec.StackIndex(sc.dec.StackDepth())
	last := string(sc.dec.StackPointer())
	rest := strings.TrimLeft(sc.text[sc.dec.InputOffset():], " \t\r\n")
	switch {
	case container == 0, container == '{' && n%2 == 1, n > 0 && !strings.HasPrefix(rest, ","):
		return last
	case n > 0:
		last = last[:strings.LastIndexByte(last, '/')]
	}
	if container == '[' {
		return last + "/" + strconv.FormatInt(n, 10)
	}
	return last + "/" // the name is not read
}

// nameNUL is rule.JSONNUL in a name, which the pointer then leaves out.
const nameNUL = "name-nul"

type scanner struct {
	text  string
	dec   *jsontext.Decoder
	next  *jsonKeys   // of the next value
	open  []openValue // arrays and objects
	names []nameSlot  // of the open objects, the innermost's last
}

type openValue struct {
	keys  *jsonKeys
	first int      // of its names
	many  *nameSet // of its names, if there are many
}

// step reads one token.
func (sc *scanner) step(depth int) (broken string, err error) {
	container, n := sc.dec.StackIndex(depth)
	if container == '[' {
		sc.next = sc.open[depth-1].keys.item()
	}
	kind := sc.dec.PeekKind()
	if kind == '0' || kind == '"' {
		raw, err := sc.dec.ReadValue()
		switch {
		case err != nil:
			return "", err
		case kind == '0':
			return sc.number(raw), nil
		case container == '{' && n%2 == 0:
			return sc.name(raw, &sc.open[depth-1]), nil
		case hasNUL(raw):
			return rule.JSONNUL, nil
		}
		return "", nil
	}
	isOpening := kind == '{' || kind == '['
	if isOpening && depth == jsontoken.MaxDepth {
		return rule.JSONDepth, nil
	}
	if _, err := sc.dec.ReadToken(); err != nil { // as for a bracket that closes nothing
		return "", err
	}
	switch {
	case isOpening:
		sc.open = append(sc.open, openValue{keys: sc.next, first: len(sc.names)})
	case kind == '}' || kind == ']':
		last := sc.open[depth-1]
		sc.open, sc.names = sc.open[:depth-1], sc.names[:last.first]
	}
	return "", nil
}

func (sc *scanner) number(raw []byte) (broken string) {
	if !jsontoken.IsExact(unsafeString(raw), sc.next != nil && sc.next.isInt64) {
		return rule.JSONNumber
	}
	return ""
}

func (sc *scanner) name(raw []byte, object *openValue) (broken string) {
	if hasNUL(raw) {
		return nameNUL
	}
	place := int(sc.dec.InputOffset()) - len(raw)
	name := unquoted(sc.text[place:][:len(raw)])
	if sc.isKnown(name, place, object) {
		return rule.JSONDuplicateKey
	}
	var isMismatch bool
	if sc.next, isMismatch = object.keys.member(name); isMismatch {
		return rule.JSONKeyCase
	}
	return ""
}

// isKnown reports whether the object already has a member called name, and
// remembers it by the place of its quote. A few names are compared one by one; many
// go into a table, so that an object of n members never costs n².
func (sc *scanner) isKnown(name string, place int, object *openValue) bool {
	const few = 32
	slot := nameSlot{hashOf(name), uint32(place + 1)}
	names := sc.names[object.first:]
	if object.many == nil {
		for _, one := range names {
			if one.hash == slot.hash && one.in(sc.text) == name {
				return true
			}
		}
		if len(names) < few {
			sc.names = append(sc.names, slot)
			return false
		}
		object.many = new(nameSet)
		for _, one := range names {
			object.many.add(sc.text, one.in(sc.text), one)
		}
	}
	return !object.many.add(sc.text, name, slot)
}

// unquoted returns what a JSON string that was read says. It shares the string's
// memory if there are no escapes.
func unquoted(quoted string) string {
	if strings.IndexByte(quoted, '\\') < 0 {
		return quoted[1 : len(quoted)-1]
	}
	text, _ := jsontext.AppendUnquote(nil, quoted) // it was read before
	return string(text)
}

// hasNUL reports whether a JSON string has the escape \u0000.
func hasNUL(raw []byte) bool {
	for {
		i := bytes.IndexByte(raw, '\\')
		switch {
		case i < 0:
			return false
		case bytes.HasPrefix(raw[i+1:], []byte("u0000")):
			return true
		}
		raw = raw[i+2:]
	}
}

func unsafeString(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// syntaxRule returns the rule that the decoder's error breaks.
func syntaxRule(text string, err error) string {
	var syntactic *jsontext.SyntacticError
	if !errors.As(err, &syntactic) { // the text ends early
		return rule.JSONSyntax
	}
	rest := text[min(int(syntactic.ByteOffset), len(text)):]
	switch r, size := utf8.DecodeRuneInString(rest); {
	case r == utf8.RuneError && size == 1:
		return rule.JSONUTF8
	case isSurrogate(rest):
		return rule.JSONSurrogate
	default:
		return rule.JSONSyntax
	}
}

// isSurrogate reports whether text starts with an escape from \uD800 to \uDFFF.
func isSurrogate(text string) bool {
	return len(text) >= 6 && text[0] == '\\' && text[1] == 'u' && text[2]|0x20 == 'd' && text[3] >= '8'
}
