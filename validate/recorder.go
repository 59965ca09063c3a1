package validate

import (
	"bytes"
	"io"
	"net/http"
	"sync"
)

// A recorder is a body that keeps a copy of what is read through it, up to a cap
// and as far as the budget reaches. What it gives to its reader is always the
// whole body.
type recorder struct {
	src io.ReadCloser

	mu    sync.Mutex // a client's transport may close a body that it still reads
	kept  buffer     // what was read from src
	given int        // how much of kept the reader has had
	lost  error      // errTooLarge or errBudget: kept is not the whole body
	err   error      // how src ended; io.EOF after the whole body

	ended func() // called once, when src has ended
	once  sync.Once
}

func newRecorder(src io.ReadCloser, kept buffer) *recorder {
	if src == nil {
		src = http.NoBody
	}
	rec := &recorder{src: src, kept: kept}
	if kept.length > kept.limit {
		rec.lost = errTooLarge
	}
	return rec
}

// fill reads the body before its reader does, up to the cap, and one byte over it
// where there is more.
func (rec *recorder) fill() {
	chunk := chunks.Get().(*[32 << 10]byte)
	defer chunks.Put(chunk)
	for rec.err == nil && rec.lost == nil {
		n, err := rec.src.Read(chunk[:min(int64(len(chunk)), rec.kept.limit+1-int64(len(rec.kept.data)))])
		rec.err = err
		if n == 0 {
			continue
		}
		if err := rec.kept.write(chunk[:n]); err != nil {
			rec.lost = err
			rec.src = &prefixed{rec.src, bytes.NewReader(bytes.Clone(chunk[:n])), rec.err} // the reader is to have it
			rec.err = nil
		}
	}
}

// prefixed is a body of which a piece was read before, and perhaps its end.
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

// Read gives what fill read, then what follows, of which it keeps a copy.
func (rec *recorder) Read(p []byte) (int, error) {
	if rec.given < len(rec.kept.data) {
		n := copy(p, rec.kept.data[rec.given:])
		rec.given += n
		return n, nil
	}
	if rec.err != nil {
		return 0, rec.err
	}
	n, err := rec.src.Read(p)
	rec.keep(p[:n], err)
	if err != nil {
		rec.finish()
	}
	return n, err
}

func (rec *recorder) keep(p []byte, err error) {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	rec.err = err
	if rec.lost == nil {
		rec.lost = rec.kept.write(p)
		rec.given = len(rec.kept.data)
	}
	if rec.lost != nil {
		rec.kept.drop()
		rec.given = 0
	}
}

// Close closes the source.
func (rec *recorder) Close() error {
	err := rec.src.Close()
	rec.finish()
	return err
}

func (rec *recorder) finish() {
	if rec.ended != nil {
		rec.once.Do(rec.ended)
	}
}

// copied returns what passed, and whether that is the whole body of a message
// that declared its length; lost tells why it is not known.
func (rec *recorder) copied() (body string, whole bool, lost error) {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	length := rec.kept.length
	return rec.kept.text(), rec.lost == nil && (rec.err == io.EOF || length >= 0 && int64(len(rec.kept.data)) == length), rec.lost
}

// peek returns a reader of what fill read, for Authenticate; after it comes the
// error that ended fill.
func (rec *recorder) peek() io.ReadCloser {
	kept := bytes.NewReader(rec.kept.data)
	switch {
	case rec.lost != nil:
		return io.NopCloser(io.MultiReader(kept, failingReader{rec.lost}))
	case rec.err != nil && rec.err != io.EOF:
		return io.NopCloser(io.MultiReader(kept, failingReader{rec.err}))
	}
	return io.NopCloser(kept)
}

type failingReader struct{ err error }

func (f failingReader) Read([]byte) (int, error) { return 0, f.err }
