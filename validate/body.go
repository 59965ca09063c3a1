package validate

import (
	"bytes"
	"errors"
	"io"
	"net/http"
)

// errTooLarge tells that a body has more bytes than its cap.
var errTooLarge = errors.New("validate: the body is larger than its cap")

// readBody reads a body whole, and never more than limit bytes. length is what
// the message declares, -1 for unknown; a false one costs nothing.
func readBody(body io.Reader, length, limit int64) ([]byte, error) {
	if length > limit {
		return nil, errTooLarge
	}
	if body == nil || body == http.NoBody || length == 0 {
		return nil, nil
	}
	var buf bytes.Buffer
	if length > 0 {
		buf.Grow(int(min(length, 64<<10)) + bytes.MinRead)
	}
	n, err := buf.ReadFrom(io.LimitReader(body, limit+1))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, errTooLarge
	case err != nil:
		return nil, err
	case n > limit:
		return nil, errTooLarge
	}
	return buf.Bytes(), nil
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

// bodyRule names what went wrong in readBody.
func bodyRule(err error) string {
	if errors.Is(err, errTooLarge) {
		return RuleBodyTooLarge
	}
	return RuleBodyRead
}
