package check

import (
	"compress/gzip"
	"errors"
	"net/http"
	"strings"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/body"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/rule"
)

// coding returns the content coding of a body: empty for none, else the codings as
// they are listed.
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

// decodes reports whether a body of a content coding can be checked.
func (o *Options) decodes(coding string) bool {
	return coding == "" || o.DecodeGzip && (coding == "gzip" || coding == "x-gzip")
}

// errCoding says that a body does not have the coding that its header names.
var errCoding = errors.New("the body does not have its content coding")

// gunzip returns a body that is not empty without its coding: at most limit bytes,
// however small the body is. The error is errCoding, body.ErrTooLarge or
// body.ErrBudget.
func gunzip(text string, charge *body.Charge, limit int64) (string, error) {
	z, err := gzip.NewReader(strings.NewReader(text))
	if err != nil {
		return "", errors.Join(errCoding, err)
	}
	decoded := body.Buffer{Length: -1, Limit: limit, Charge: charge}
	if err := decoded.Read(z); err != nil && readRule(err) == rule.BodyRead {
		return "", errors.Join(errCoding, err)
	} else if err != nil {
		return "", err
	}
	return decoded.Text(), nil
}

// codingRule returns the rule that gunzip's error breaks.
func codingRule(err error) string {
	if errors.Is(err, errCoding) {
		return rule.ContentEncoding
	}
	return readRule(err)
}
