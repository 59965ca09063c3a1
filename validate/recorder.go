package validate

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"sync"
)

// errTooLarge tells that a body has more bytes than its cap.
var errTooLarge = errors.New("validate: the body is larger than its cap")

// A recorder is a body that keeps a copy of what is read through it, up to a
// cap. What it gives to its reader is always the whole body.
type recorder struct {
	src   io.ReadCloser
	limit int64

	mu    sync.Mutex // a client's transport may close a body that it still reads
	kept  []byte     // what was read from src
	given int        // how much of kept the reader has had
	over  bool       // there was more than limit: kept is not the whole body
	err   error      // how src ended; io.EOF after the whole body

	ended func() // called once, when src has ended
	once  sync.Once
}

func newRecorder(src io.ReadCloser, limit int64) *recorder {
	if src == nil {
		src = http.NoBody
	}
	return &recorder{src: src, limit: limit}
}

// fill reads the body before its reader does, up to one byte over the cap.
// length is what the message declares, -1 for unknown: a false one costs
// nothing, and a true one that is too large reads nothing.
func (rec *recorder) fill(length int64) error {
	if length > rec.limit {
		rec.over = true
	}
	if length > 0 && !rec.over && rec.kept == nil {
		rec.kept = make([]byte, 0, min(length, 64<<10)+1) // one more, to see the end
	}
	for rec.err == nil && !rec.over {
		rec.grow()
		n, err := rec.src.Read(rec.kept[len(rec.kept):cap(rec.kept)])
		rec.kept = rec.kept[:len(rec.kept)+n]
		rec.err = err
		rec.over = int64(len(rec.kept)) > rec.limit
	}
	switch {
	case rec.over:
		return errTooLarge
	case rec.err != io.EOF:
		return rec.err
	}
	return nil
}

// grow makes room in kept, never for more than the cap and one byte.
func (rec *recorder) grow() {
	if len(rec.kept) < cap(rec.kept) {
		return
	}
	size := min(max(2*int64(cap(rec.kept)), 512), rec.limit+1)
	grown := make([]byte, len(rec.kept), size)
	copy(grown, rec.kept)
	rec.kept = grown
}

// Read gives what fill read, then what follows, of which it keeps a copy.
func (rec *recorder) Read(p []byte) (int, error) {
	if rec.given < len(rec.kept) {
		n := copy(p, rec.kept[rec.given:])
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
	switch {
	case rec.over:
	case int64(len(rec.kept)+len(p)) > rec.limit:
		rec.over, rec.kept, rec.given = true, nil, 0
	default:
		rec.kept = append(rec.kept, p...)
		rec.given = len(rec.kept)
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

// copied returns what passed, whether that is the whole body of a message that
// declared length, and whether it was more than the cap.
func (rec *recorder) copied(length int64) (body []byte, whole, over bool) {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	return rec.kept, !rec.over && (rec.err == io.EOF || length >= 0 && int64(len(rec.kept)) == length), rec.over
}

// peek returns a reader of what fill read, for Authenticate; after it comes the
// error that ended fill.
func (rec *recorder) peek() io.ReadCloser {
	kept := bytes.NewReader(rec.kept)
	if rec.over {
		return io.NopCloser(io.MultiReader(kept, failingReader{errTooLarge}))
	}
	if rec.err != nil && rec.err != io.EOF {
		return io.NopCloser(io.MultiReader(kept, failingReader{rec.err}))
	}
	return io.NopCloser(kept)
}

type failingReader struct{ err error }

func (f failingReader) Read([]byte) (int, error) { return 0, f.err }

// bodyRule names what went wrong in fill.
func bodyRule(err error) string {
	if errors.Is(err, errTooLarge) {
		return RuleBodyTooLarge
	}
	return RuleBodyRead
}

// setBody makes body, which was checked, the body that r carries.
func setBody(r *http.Request, body []byte) {
	r.ContentLength = int64(len(body))
	r.TransferEncoding = nil
	if len(body) == 0 {
		r.Body, r.GetBody = http.NoBody, func() (io.ReadCloser, error) { return http.NoBody, nil }
		return
	}
	r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	r.Body, _ = r.GetBody()
}
