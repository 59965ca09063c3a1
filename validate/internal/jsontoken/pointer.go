package jsontoken

import (
	"strconv"
	"strings"
)

// A Path leads from the top of a JSON text to a value in it.
type Path []Step

// A Step is the name of a member, or the index of an item if it is not negative.
type Step struct {
	Name  string
	Index int
}

// Member returns the step to the member called name.
func Member(name string) Step { return Step{name, -1} }

// String returns the path as a JSON pointer (RFC 6901).
func (p Path) String() string {
	var b strings.Builder
	for _, step := range p {
		b.WriteByte('/')
		if step.Index >= 0 {
			b.WriteString(strconv.Itoa(step.Index))
		} else {
			_, _ = pointerEscapes.WriteString(&b, step.Name) // a Builder returns no error
		}
	}
	return b.String()
}

// Pointer returns the JSON pointer to the member that names lead to.
func Pointer(names ...string) string {
	path := make(Path, len(names))
	for i, name := range names {
		path[i] = Member(name)
	}
	return path.String()
}

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")
