package filter

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// A Kind is how the values of a field are written and compared.
type Kind int

// The kinds of fields.
const (
	Text    Kind = iota
	Letters      // a set of letters, in any order
	Address      // ip:port
	Boolean
	Number
	Seconds
	Size // in bytes
)

// A Field of a session is what a filter names, and what a list sorts by and shows
// as a column.
type Field struct {
	Name string
	Kind Kind

	// The values that a filter may ask for. A value that no session can have is
	// a typo.
	chars      func(rune) bool // the characters of a Text
	letters    string          // the letters of Letters
	mayBeEmpty bool            // whether a Text or Letters can be empty
	min, max   int64           // of a number
}

// clientFlags are all flags that CLIENT LIST of Redis or Valkey may print.
const clientFlags = "AbBcdeEgiIMNOPrRStTuUx"

// fields are in the order of the columns.
var fields = []*Field{
	{Name: "node", Kind: Text, chars: isIDChar},
	{Name: "id", Kind: Number, min: 1, max: math.MaxInt64},
	{Name: "peer", Kind: Address},
	{Name: "name", Kind: Text, chars: isNameChar, mayBeEmpty: true},
	{Name: "user", Kind: Text, chars: unicode.IsPrint},
	{Name: "db", Kind: Number, max: math.MaxInt32},
	{Name: "age", Kind: Seconds, max: math.MaxInt32},
	{Name: "idle", Kind: Seconds, max: math.MaxInt32},
	{Name: "cmd", Kind: Text, chars: isCommandChar},
	{Name: "flags", Kind: Letters, letters: clientFlags},
	{Name: "protected", Kind: Boolean},
	{Name: "addr", Kind: Address},
	{Name: "fd", Kind: Number, max: math.MaxInt32},
	{Name: "sub", Kind: Number, max: math.MaxInt32},
	{Name: "psub", Kind: Number, max: math.MaxInt32},
	{Name: "multi", Kind: Number, min: -1, max: math.MaxInt32},
	{Name: "qbuf", Kind: Size, max: math.MaxInt32},
	{Name: "qbuf_free", Kind: Size, max: math.MaxInt32},
	{Name: "obl", Kind: Size, max: math.MaxInt32},
	{Name: "oll", Kind: Number, max: math.MaxInt32},
	{Name: "omem", Kind: Size, max: math.MaxInt32},
	{Name: "events", Kind: Letters, letters: "rw", mayBeEmpty: true},
	{Name: "network", Kind: Text, chars: unicode.IsPrint},
}

// Fields returns all fields, in the order in which a list shows them.
func Fields() []*Field { return slices.Clone(fields) }

// FieldNames returns the names of all fields, in the same order.
func FieldNames() []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name
	}
	return names
}

// FieldNamed returns the field of that name.
func FieldNamed(name string) (*Field, error) {
	i := slices.IndexFunc(fields, func(f *Field) bool { return f.Name == name })
	if i < 0 {
		return nil, fmt.Errorf("unknown field %q: the fields are %s", name, strings.Join(FieldNames(), ", "))
	}
	return fields[i], nil
}

// IsNumeric reports whether a session has a number in the field, not a text.
func (f *Field) IsNumeric() bool { return f.Kind >= Number }

// Format returns the value as a table shows it: a time as 1h30m, a size as 20.0K,
// and an unknown number as a dash.
func (f *Field) Format(s Session) string {
	if !f.IsNumeric() {
		text, _ := s.Text(f.Name)
		return text
	}
	n, known := s.Number(f.Name)
	switch {
	case !known:
		return "-"
	case f.Kind == Seconds:
		return formatSeconds(n)
	case f.Kind == Size:
		return formatSize(n)
	default:
		return strconv.FormatInt(n, 10)
	}
}

// Compare compares two sessions by the field: numbers and addresses by value,
// not as texts.
func (f *Field) Compare(a, b Session) int {
	if f.IsNumeric() {
		x, _ := a.Number(f.Name)
		y, _ := b.Number(f.Name)
		return cmp.Compare(x, y)
	}
	x, _ := a.Text(f.Name)
	y, _ := b.Text(f.Name)
	if f.Kind == Address {
		return cmp.Or(ParseAddrPort(x).Compare(ParseAddrPort(y)), cmp.Compare(x, y))
	}
	return cmp.Compare(x, y)
}

func isIDChar(r rune) bool {
	return r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '_')
}

// isNameChar is the rule of CLIENT SETNAME.
func isNameChar(r rune) bool { return '!' <= r && r <= '~' }

func isCommandChar(r rune) bool { return isIDChar(r) || strings.ContainsRune("|.:", r) }
