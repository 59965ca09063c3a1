package body

import (
	"bytes"
	"io"
	"net/http"
	"sync"
)

// A Tee is a body that keeps a copy of what is read through it, up to the copy's
// limit and as far as the budget reaches. Its reader always gets the whole body.
type Tee struct {
	// Ended, if it is set, is called once: when the source ended or was closed.
	Ended func()

	src  io.ReadCloser
	once sync.Once

	mu   sync.Mutex // a client's transport may close a body while it reads it
	copy Buffer
	sent int   // how much of copy the reader has had
	lost error // ErrTooLarge or ErrBudget: copy is not the whole body
	err  error // how the source ended; io.EOF after the whole body
}

var _ io.ReadCloser = (*Tee)(nil)

// NewTee returns a Tee of src, which may be nil. The copy goes into the buffer.
func NewTee(src io.ReadCloser, copy Buffer) *Tee {
	if src == nil {
		src = http.NoBody
	}
	t := &Tee{src: src, copy: copy}
	if copy.Length > copy.Limit {
		t.lost = ErrTooLarge
	}
	return t
}

// Fill reads the body before its reader does, up to the limit, and one byte more
// if there is one.
func (t *Tee) Fill() {
	chunk := chunks.Get().(*[32 << 10]byte)
	defer chunks.Put(chunk)
	for t.err == nil && t.lost == nil {
		n, err := t.src.Read(t.copy.next(chunk))
		t.err = err
		if n == 0 {
			continue
		}
		if err := t.copy.Write(chunk[:n]); err != nil {
			t.lost = err
			t.src = &prefixed{t.src, bytes.NewReader(bytes.Clone(chunk[:n])), t.err} // the reader still needs it
			t.err = nil
		}
	}
}

// A prefixed body begins with a piece that was read before. err is its end, if that
// was read, too.
type prefixed struct {
	io.ReadCloser
	piece *bytes.Reader
	err   error
}

func (p *prefixed) Read(b []byte) (int, error) {
	if p.piece.Len() > 0 {
		return p.piece.Read(b)
	}
	if p.err != nil {
		return 0, p.err
	}
	return p.ReadCloser.Read(b)
}

// Read returns what Fill read, then what follows.
func (t *Tee) Read(p []byte) (int, error) {
	if t.sent < len(t.copy.data) {
		n := copy(p, t.copy.data[t.sent:])
		t.sent += n
		return n, nil
	}
	if t.err != nil {
		return 0, t.err
	}
	n, err := t.src.Read(p)
	t.keep(p[:n], err)
	if err != nil {
		t.end()
	}
	return n, err
}

func (t *Tee) keep(p []byte, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.err = err
	if t.lost == nil {
		t.lost = t.copy.Write(p)
		t.sent = len(t.copy.data)
	}
	if t.lost != nil {
		t.copy.Drop()
		t.sent = 0
	}
}

// Close closes the source.
func (t *Tee) Close() error {
	err := t.src.Close()
	t.end()
	return err
}

func (t *Tee) end() {
	if t.Ended != nil {
		t.once.Do(t.Ended)
	}
}

// Copy returns what was read. isWhole reports whether that is the whole body, as
// its end or its declared length says. lost is ErrTooLarge or ErrBudget if there is
// no copy.
func (t *Tee) Copy() (text string, isWhole bool, lost error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	isWhole = t.err == io.EOF || t.copy.Length >= 0 && int64(t.copy.Len()) == t.copy.Length
	return t.copy.Text(), t.lost == nil && isWhole, t.lost
}

// Peek returns a reader of what Fill read. It ends with the error that ended Fill.
func (t *Tee) Peek() io.ReadCloser {
	copied := bytes.NewReader(t.copy.data)
	switch {
	case t.lost != nil:
		return io.NopCloser(io.MultiReader(copied, failingReader{t.lost}))
	case t.err != nil && t.err != io.EOF:
		return io.NopCloser(io.MultiReader(copied, failingReader{t.err}))
	}
	return io.NopCloser(copied)
}

type failingReader struct{ err error }

func (f failingReader) Read([]byte) (int, error) { return 0, f.err }
