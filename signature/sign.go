package signature

import (
	"net/http"
	"time"
)

const (
	headerAuthorization = "Authorization"
	headerDate          = "X-Sdk-Date"
	headerToken         = "X-Security-Token"
	headerPayload       = "X-Sdk-Content-Sha256"

	dateFormat = "20060102T150405Z"
)

// toSign lists the headers that Sign covers if the request has them. User-Agent is
// left out, because proxies rewrite it. The API ignores all other headers.
var toSign = []string{"content-type", "host", "x-project-id", "x-sdk-content-sha256", "x-sdk-date", "x-security-token"}

// Sign signs r, which will be sent with body. It sets X-Sdk-Date, Authorization
// and X-Security-Token, and removes the last if key has none, so that a request
// can be signed again for a retry. If r has an X-Sdk-Content-Sha256, Sign sets it
// to the body's hash. The host is r.Host or, if that is empty, r.URL.Host, as
// net/http sends it.
//
// It returns the error of [Key.Validate], and an error that wraps [ErrAmbiguous] or
// [ErrHeaderMissing] if no server could verify r. r is then not signed.
func Sign(r *http.Request, body []byte, key Key, now time.Time) error {
	r.Header.Del(headerAuthorization)
	if err := key.Validate(); err != nil {
		return err
	}
	if r.Header == nil {
		r.Header = http.Header{}
	}
	a := Authorization{
		Algorithm:   AlgorithmSDK,
		AccessKeyID: key.AccessKeyID,
		Region:      key.Region,
		Service:     key.Service,
		date:        now.UTC().Format(dateFormat),
	}
	if key.Region != "" {
		a.Algorithm = AlgorithmV11
	}
	payload := hashHex(body)

	r.Header.Set(headerDate, a.date)
	if key.SecurityToken != "" {
		r.Header.Set(headerToken, key.SecurityToken)
	} else {
		r.Header.Del(headerToken)
	}
	if len(r.Header[headerPayload]) > 0 { // never UNSIGNED-PAYLOAD, which other clients send
		r.Header.Set(headerPayload, string(payload[:]))
	}
	var buf [8]string // len(toSign) at least
	signed := buf[:0]
	for _, name := range toSign {
		if name == "host" || len(valuesOf(r.Header, name)) > 0 {
			signed = append(signed, name)
		}
	}
	a.SignedHeaders = signed
	sum, err := a.compute(r, &payload, key.SecretKey)
	if err != nil {
		return err
	}
	r.Header.Set(headerAuthorization, a.header(sum[:]))
	return nil
}

// header returns the value of Authorization.
func (a *Authorization) header(signature []byte) string {
	b := append(make([]byte, 0, 256), a.Algorithm...) // enough for most
	if a.Algorithm == AlgorithmV11 {
		b = append(append(append(append(b, " Credential="...), a.AccessKeyID...), '/'), a.scope()...)
	} else {
		b = append(append(b, " Access="...), a.AccessKeyID...)
	}
	b = append(b, ", SignedHeaders="...)
	b = appendNames(b, a.SignedHeaders)
	return string(append(append(b, ", Signature="...), signature...))
}
