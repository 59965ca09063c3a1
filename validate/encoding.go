package validate

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"strings"
)

// coding returns the content coding of a body: empty for none, else the codings
// as they are listed.
func coding(h http.Header) string {
	var codings []string
	for _, value := range h.Values("Content-Encoding") {
		for c := range strings.SplitSeq(value, ",") {
			if c = strings.ToLower(strings.TrimSpace(c)); c != "" && c != "identity" {
				codings = append(codings, c)
			}
		}
	}
	return strings.Join(codings, ",")
}

// readable tells whether a body of these headers can be looked at.
func (v *Validator) readable(h http.Header) bool {
	c := coding(h)
	return c == "" || v.decode && (c == "gzip" || c == "x-gzip")
}

// plain returns the body without its content coding, which is readable. The
// result has at most limit bytes, however small the body was.
func plain(h http.Header, body []byte, limit int64) ([]byte, error) {
	if coding(h) == "" || len(body) == 0 {
		return body, nil
	}
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, errors.Join(errCoding, err)
	}
	rec := newRecorder(io.NopCloser(z), limit)
	if err := rec.fill(-1); errors.Is(err, errTooLarge) {
		return nil, err
	} else if err != nil {
		return nil, errors.Join(errCoding, err)
	}
	return rec.kept, nil
}

// errCoding tells that a body is not of the coding that its header names.
var errCoding = errors.New("validate: the body is not of its content coding")

// codingRule names what went wrong in plain.
func codingRule(err error) string {
	if errors.Is(err, errCoding) {
		return RuleContentEncoding
	}
	return RuleBodyTooLarge
}
