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

// toSign lists what Sign covers where it is there. A User-Agent is left out, for
// proxies rewrite it; what goes on the wire under other names means nothing to
// the API.
var toSign = []string{"content-type", "host", "x-project-id", "x-sdk-content-sha256", "x-sdk-date", "x-security-token"}

// Sign signs r, which will be sent with body. It sets X-Sdk-Date, Authorization
// and X-Security-Token, or removes the last where key has none, so that a
// request can be signed again before it is retried. An X-Sdk-Content-Sha256 that
// is there is set to the body's hash. The host is r.Host or, where that is
// empty, r.URL.Host, as net/http sends it.
//
// It returns an error that wraps ErrAmbiguous or ErrHeaderMissing where no
// server could verify r, and what key.Validate returns. r is then not signed.
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
	if len(r.Header[headerPayload]) > 0 { // and not UNSIGNED-PAYLOAD, which others sign
		r.Header.Set(headerPayload, string(payload[:]))
	}
	var few [8]string // of toSign
	signed := few[:0]
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

// header returns what Parse reads.
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
