package body

import (
	"errors"
	"io"
	"net/http"
	"sync"
	"unsafe"
)

// ErrTooLarge is returned for a body that has more bytes than its limit.
var ErrTooLarge = errors.New("the body is larger than its limit")

// A Buffer collects one body, up to a limit and as far as the budget reaches. Its
// memory is charged: its capacity, and while it grows the old one and the new.
type Buffer struct {
	Limit  int64 // bytes
	Length int64 // what the message declares, -1 if it declares nothing
	Charge *Charge

	data []byte
}

// Write appends a copy of p. The error is [ErrTooLarge] or [ErrBudget]; after an
// error the buffer is of no more use.
func (b *Buffer) Write(p []byte) error {
	if int64(len(b.data)+len(p)) > b.Limit {
		return ErrTooLarge
	}
	if err := b.grow(len(p)); err != nil {
		return err
	}
	b.data = append(b.data, p...)
	return nil
}

// grow makes room for n bytes more. It takes the declared length at its word only
// as far as the bytes so far make it likely, so that a false one costs no more
// than a few times those bytes.
func (b *Buffer) grow(n int) error {
	if cap(b.data)-len(b.data) >= n {
		return nil
	}
	const factor, small = 8, 4 << 10
	need := int64(len(b.data) + n)
	size := need
	switch {
	case b.Length > need:
		size = min(b.Length, max(factor*need, small))
	case len(b.data) > 0: // the length is not known
		size = min(4*need, b.Limit)
	}
	return b.move(max(size, need))
}

// move copies the data into new memory of that size.
func (b *Buffer) move(size int64) error {
	if !b.Charge.take(size) {
		return ErrBudget
	}
	grown := make([]byte, len(b.data), size)
	copy(grown, b.data)
	before := int64(cap(b.data))
	b.data = grown
	b.Charge.release(before)
	return nil
}

// Len returns the number of bytes so far.
func (b *Buffer) Len() int { return len(b.data) }

// Text returns the bytes without a copy. The buffer must not be written to while
// the text is used.
func (b *Buffer) Text() string { return unsafe.String(unsafe.SliceData(b.data), len(b.data)) }

// Drop forgets the bytes and releases their memory.
func (b *Buffer) Drop() {
	b.Charge.release(int64(cap(b.data)))
	b.data = nil
}

// maxReused is the largest memory that Reset keeps, in bytes.
const maxReused = 1 << 20

// Reset empties the buffer and keeps its memory for another body, which must not
// begin before nobody has the last one's text.
func (b *Buffer) Reset() {
	data := b.data[:0]
	if cap(data) > maxReused {
		data = nil
	}
	*b = Buffer{data: data}
}

// Detach gives up the memory to those who have the text.
func (b *Buffer) Detach() { b.data = nil }

// chunks are what bodies are read into, piece by piece.
var chunks = sync.Pool{New: func() any { return new([32 << 10]byte) }}

// Read reads a body to its end. It does not begin with one whose declared length
// is too large. The error is [ErrTooLarge], [ErrBudget] or the reader's.
func (b *Buffer) Read(src io.Reader) error {
	switch {
	case b.Length > b.Limit:
		return ErrTooLarge
	case src == nil, src == http.NoBody:
		return nil
	}
	chunk := chunks.Get().(*[32 << 10]byte)
	defer chunks.Put(chunk)
	for {
		n, err := src.Read(b.next(chunk))
		if n > 0 {
			if err := b.Write(chunk[:n]); err != nil {
				b.Drop()
				return err
			}
		}
		switch {
		case err == io.EOF && len(b.data) < cap(b.data)/2: // the length was not known
			return b.move(int64(len(b.data)))
		case err == io.EOF:
			return nil
		case err != nil:
			b.Drop()
			return err
		}
	}
}

// next returns what of a chunk to read into: no more than one byte beyond the
// limit.
func (b *Buffer) next(chunk *[32 << 10]byte) []byte {
	return chunk[:min(int64(len(chunk)), b.Limit+1-int64(len(b.data)))]
}
