package validate

import (
	"io"
	"net/http"
	"strings"
	"sync"
)

// What is read in one go, to memory that is used again.
var chunks = sync.Pool{New: func() any { return new([32 << 10]byte) }}

// readText reads a body to its end. length is what the message declares, -1 for
// unknown: a false one costs a few times what is there, and a true one that is
// too large reads nothing.
func readText(src io.Reader, length, limit int64) (string, error) {
	switch {
	case length > limit:
		return "", errTooLarge
	case src == nil, src == http.NoBody:
		return "", nil
	}
	chunk := chunks.Get().(*[32 << 10]byte)
	defer chunks.Put(chunk)
	text := new(strings.Builder)
	for {
		n, err := src.Read(chunk[:min(int64(len(chunk)), limit+1-int64(text.Len()))])
		if int64(text.Len()+n) > limit {
			return "", errTooLarge
		}
		if n > 0 {
			text = withRoom(text, n, length, limit)
			text.Write(chunk[:n])
		}
		switch {
		case err == io.EOF && text.Len() < text.Cap()/2: // its length was not known
			return strings.Clone(text.String()), nil
		case err == io.EOF:
			return text.String(), nil
		case err != nil:
			return "", err
		}
	}
}

// withRoom returns text with room for n bytes more: for the length that is
// declared, where what is there makes that likely.
func withRoom(text *strings.Builder, n int, length, limit int64) *strings.Builder {
	if text.Cap()-text.Len() >= n {
		return text
	}
	const factor, small = 8, 64 << 10
	room := int64(text.Len() + n)
	switch {
	case length > room:
		room = min(length, max(factor*room, small))
	case text.Len() > 0: // its length is not known
		room = min(4*room, limit)
	}
	if text.Len() == 0 {
		text.Grow(int(room))
		return text
	}
	grown := new(strings.Builder) // Grow would double what is there, and add to it
	grown.Grow(int(room))
	grown.WriteString(text.String())
	return grown
}
