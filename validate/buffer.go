package validate

import (
	"errors"
	"io"
	"net/http"
	"sync"
	"unsafe"
)

// errTooLarge tells that a body has more bytes than its cap.
var errTooLarge = errors.New("validate: the body is larger than its cap")

// A buffer collects one body, up to a cap and as far as the budget reaches. What
// it takes is charged: the capacity, and where it grows the old and the new.
type buffer struct {
	data   []byte
	limit  int64
	length int64 // that the message declares, -1 for unknown
	charge *charge
}

// write keeps a copy of p. Once it has failed the buffer is of no more use.
func (b *buffer) write(p []byte) error {
	if int64(len(b.data)+len(p)) > b.limit {
		return errTooLarge
	}
	if err := b.grow(len(p)); err != nil {
		return err
	}
	b.data = append(b.data, p...)
	return nil
}

// grow makes room for n bytes more: for the length that is declared, where what
// is there makes that likely. A length that is false costs a few times what is
// there.
func (b *buffer) grow(n int) error {
	if cap(b.data)-len(b.data) >= n {
		return nil
	}
	const factor, small = 8, 4 << 10
	need := int64(len(b.data) + n)
	room := need
	switch {
	case b.length > need:
		room = min(b.length, max(factor*need, small))
	case len(b.data) > 0: // its length is not known
		room = min(4*need, b.limit)
	}
	return b.move(max(room, need))
}

// move puts what is there into memory of that size.
func (b *buffer) move(size int64) error {
	if !b.charge.take(size) {
		return errBudget
	}
	grown := make([]byte, len(b.data), size)
	copy(grown, b.data)
	before := int64(cap(b.data))
	b.data = grown
	b.charge.release(before)
	return nil
}

// text returns what is there, without a copy: the buffer is written no more while
// the text is used.
func (b *buffer) text() string { return unsafe.String(unsafe.SliceData(b.data), len(b.data)) }

// drop forgets what is there.
func (b *buffer) drop() {
	b.charge.release(int64(cap(b.data)))
	b.data = nil
}

// What is read in one go, to memory that is used again.
var chunks = sync.Pool{New: func() any { return new([32 << 10]byte) }}

// read reads a body to its end. One whose declared length is too large is not
// read.
func (b *buffer) read(src io.Reader) error {
	switch {
	case b.length > b.limit:
		return errTooLarge
	case src == nil, src == http.NoBody:
		return nil
	}
	chunk := chunks.Get().(*[32 << 10]byte)
	defer chunks.Put(chunk)
	for {
		n, err := src.Read(chunk[:min(int64(len(chunk)), b.limit+1-int64(len(b.data)))])
		if n > 0 {
			if err := b.write(chunk[:n]); err != nil {
				b.drop()
				return err
			}
		}
		switch {
		case err == io.EOF && len(b.data) < cap(b.data)/2: // its length was not known
			return b.move(int64(len(b.data)))
		case err == io.EOF:
			return nil
		case err != nil:
			b.drop()
			return err
		}
	}
}

// bodyRule names what went wrong with a body that was to be read.
func bodyRule(err error) string {
	switch {
	case errors.Is(err, errTooLarge):
		return RuleBodyTooLarge
	case errors.Is(err, errBudget):
		return RuleBodyBudget
	default:
		return RuleBodyRead
	}
}
