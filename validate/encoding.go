package validate

import (
	"compress/gzip"
	"errors"
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

// plain returns a body that is not empty and is coded without its coding, which
// is readable. The result has at most limit bytes, however small the body was.
func plain(body string, c *charge, limit int64) (string, error) {
	z, err := gzip.NewReader(strings.NewReader(body))
	if err != nil {
		return "", errors.Join(errCoding, err)
	}
	decoded := buffer{length: -1, limit: limit, charge: c}
	if err := decoded.read(z); bodyRule(err) != RuleBodyRead {
		return "", err
	} else if err != nil {
		return "", errors.Join(errCoding, err)
	}
	return decoded.text(), nil
}

// errCoding tells that a body is not of the coding that its header names.
var errCoding = errors.New("validate: the body is not of its content coding")

// codingRule names what went wrong in plain.
func codingRule(err error) string {
	if errors.Is(err, errCoding) {
		return RuleContentEncoding
	}
	return bodyRule(err)
}
