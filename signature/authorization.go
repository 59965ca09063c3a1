package signature

import (
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"
)

// The algorithms.
const (
	AlgorithmSDK = "SDK-HMAC-SHA256" // the HMAC key is the secret key
	AlgorithmV11 = "V11-HMAC-SHA256" // the HMAC key is derived from the secret key
)

const (
	maxAuthorization = 8 << 10 // bytes
	maxSigned        = 64      // headers; official clients sign at most six
	maxAlgorithm     = 32      // bytes; limited because the error quotes it
)

// An Authorization is what a request claims about its signature. Nothing in it is
// verified until [Authorization.Verify] returns nil; to look up the secret key,
// AccessKeyID is enough. It does not print the signature, because the signature
// is enough to repeat the request.
type Authorization struct {
	Algorithm     string // AlgorithmSDK or AlgorithmV11
	AccessKeyID   string
	Region        string    // empty unless Algorithm is AlgorithmV11
	Service       string    // empty unless Algorithm is AlgorithmV11
	Date          time.Time // X-Sdk-Date
	SignedHeaders []string  // in lower case and in the request's order

	// SecurityToken is X-Security-Token, or empty. Not every client signs it:
	// compare it with the token that belongs to AccessKeyID.
	SecurityToken string

	date      string // as it was sent
	signature string
	headerBuf [8]string // backs SignedHeaders, which rarely has more
}

var (
	_ fmt.Formatter  = Authorization{}
	_ slog.LogValuer = Authorization{}
)

// String returns the algorithm and the access key ID.
func (a Authorization) String() string { return a.Algorithm + " Access=" + a.AccessKeyID }

// Format writes [Authorization.String] for every verb.
func (a Authorization) Format(s fmt.State, _ rune) { fmt.Fprint(s, a.String()) }

// LogValue returns [Authorization.String].
func (a Authorization) LogValue() slog.Value { return slog.StringValue(a.String()) }

// Parse reads Authorization, X-Sdk-Date and X-Security-Token. Its errors wrap
// [ErrMissing], [ErrMalformed], [ErrHeaderMissing] or [ErrAmbiguous], or are an
// [*UnsupportedAlgorithmError].
func Parse(r *http.Request) (*Authorization, error) {
	sent, err := single(r.Header, headerAuthorization)
	if err != nil {
		return nil, err
	}
	if sent == "" {
		return nil, ErrMissing
	}
	if len(sent) > maxAuthorization {
		return nil, malformed("Authorization is too long")
	}
	algorithm, fields, ok := strings.Cut(sent, " ")
	if !ok || len(algorithm) > maxAlgorithm || !token.all(algorithm) { // do not quote it: it may be a secret
		return nil, malformed("Authorization has no algorithm")
	}
	a := &Authorization{Algorithm: algorithm}
	day := ""
	switch algorithm {
	case AlgorithmSDK:
		a.AccessKeyID, fields, ok = cutField(fields, "Access=")
	case AlgorithmV11:
		var credential string
		credential, fields, ok = cutField(fields, "Credential=")
		if ok {
			day, ok = a.readCredential(credential)
		}
	default:
		return nil, &UnsupportedAlgorithmError{Name: algorithm}
	}
	if !ok || !nameChar.nonEmpty(a.AccessKeyID) {
		return nil, malformed("Authorization does not name an access key in the form of " + algorithm)
	}
	names, fields, ok := cutField(fields, "SignedHeaders=")
	if !ok {
		return nil, malformed("Authorization has no SignedHeaders, followed by a comma, after the access key")
	}
	if a.SignedHeaders, err = splitNames(a.headerBuf[:0], names); err != nil {
		return nil, err
	}
	a.signature, ok = strings.CutPrefix(strings.TrimLeft(fields, " "), "Signature=")
	if !ok || len(a.signature) != 64 || !lowerHex.all(a.signature) {
		return nil, malformed("Authorization does not end with a Signature of 64 lower-case hex digits")
	}
	if a.SecurityToken, err = single(r.Header, headerToken); err != nil {
		return nil, err
	}
	return a.withDate(r.Header, day)
}

// cutField cuts the field with this name, up to a comma, from the front of fields.
// Some clients write a space after the commas, some do not.
func cutField(fields, name string) (value, rest string, ok bool) {
	if fields, ok = strings.CutPrefix(strings.TrimLeft(fields, " "), name); !ok {
		return "", "", false
	}
	return strings.Cut(fields, ",")
}

// splitNames appends the names in a list to names. It requires x-sdk-date.
func splitNames(names []string, list string) ([]string, error) {
	for more := true; more; {
		var name string
		name, list, more = strings.Cut(list, ";")
		if !lowerToken.nonEmpty(name) {
			return nil, malformed("SignedHeaders are not header names in lower case")
		}
		if slices.Contains(names, name) {
			return nil, malformed("SignedHeaders names a header twice")
		}
		if len(names) == maxSigned {
			return nil, malformed("SignedHeaders has too many names")
		}
		names = append(names, name)
	}
	if !slices.Contains(names, "x-sdk-date") {
		return nil, malformed("X-Sdk-Date is not among the SignedHeaders")
	}
	return names, nil
}

// withDate sets a's dates from X-Sdk-Date, which must start with day.
func (a *Authorization) withDate(h http.Header, day string) (_ *Authorization, err error) {
	if a.date, err = single(h, headerDate); err != nil {
		return nil, err
	}
	if a.date == "" {
		return nil, fmt.Errorf("%w: x-sdk-date", ErrHeaderMissing)
	}
	a.Date, err = time.Parse(dateFormat, a.date)
	if err != nil || len(a.date) != len(dateFormat) { // time.Parse accepts a fraction of a second
		return nil, malformed("X-Sdk-Date is not YYYYMMDDTHHMMSSZ")
	}
	if !strings.HasPrefix(a.date, day) {
		return nil, malformed("Credential and X-Sdk-Date have different days")
	}
	return a, nil
}
