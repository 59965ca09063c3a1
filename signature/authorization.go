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
	AlgorithmSDK = "SDK-HMAC-SHA256" // the secret is the key
	AlgorithmV11 = "V11-HMAC-SHA256" // the key is derived from it
)

const (
	maxAuthorization = 8 << 10 // bytes
	maxSigned        = 64      // headers: official clients sign six at most
	maxAlgorithm     = 32      // letters: no longer, for the error quotes it
)

// An Authorization is what a request says of its signature. None of it is
// verified before Verify returns nil, and nothing but AccessKeyID is needed to look a
// secret up. It does not show the signature: whoever has that can repeat the
// request.
type Authorization struct {
	Algorithm     string    // AlgorithmSDK or AlgorithmV11
	AccessKeyID   string    // the access key id
	Region        string    // of AlgorithmV11, else empty
	Service       string    // of AlgorithmV11, else empty
	Date          time.Time // X-Sdk-Date
	SignedHeaders []string  // in lower case, as they are ordered

	// SecurityToken is the X-Security-Token, empty if there is none. Not every
	// client signs it: compare it with the one that belongs to AccessKeyID.
	SecurityToken string

	date      string // as it was sent
	signature string
	few       [8]string // of SignedHeaders, which seldom are more
}

// String returns the algorithm and the access key id, and leaves out what could be
// used again.
func (a Authorization) String() string { return a.Algorithm + " Access=" + a.AccessKeyID }

// Format writes String for every verb.
func (a Authorization) Format(s fmt.State, _ rune) { fmt.Fprint(s, a.String()) }

// LogValue returns String.
func (a Authorization) LogValue() slog.Value { return slog.StringValue(a.String()) }

// Parse reads how r is signed, from Authorization and the headers beside it. It
// returns an error that wraps ErrMissing, ErrMalformed, ErrHeaderMissing or
// ErrAmbiguous, or is an *UnsupportedAlgorithmError.
func Parse(r *http.Request) (*Authorization, error) {
	sent, err := only(r.Header, headerAuthorization)
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
	if !ok || len(algorithm) > maxAlgorithm || !token.all(algorithm) { // not to be quoted: it may be a secret
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
	if !ok || !nameLetter.word(a.AccessKeyID) {
		return nil, malformed("Authorization does not name an access key as " + algorithm + " does")
	}
	names, fields, ok := cutField(fields, "SignedHeaders=")
	if !ok {
		return nil, malformed("Authorization has no SignedHeaders, and a comma, after the access key")
	}
	if a.SignedHeaders, err = splitNames(a.few[:0], names); err != nil {
		return nil, err
	}
	a.signature, ok = strings.CutPrefix(strings.TrimLeft(fields, " "), "Signature=")
	if !ok || len(a.signature) != 64 || !lowerHex.all(a.signature) {
		return nil, malformed("Authorization does not end in a Signature of 64 lower-case hex digits")
	}
	if a.SecurityToken, err = only(r.Header, headerToken); err != nil {
		return nil, err
	}
	return a.withDate(r.Header, day)
}

// cutField cuts name and what follows it, up to a comma, from the front of
// fields. Some clients write a space after the commas, some do not.
func cutField(fields, name string) (value, rest string, ok bool) {
	if fields, ok = strings.CutPrefix(strings.TrimLeft(fields, " "), name); !ok {
		return "", "", false
	}
	return strings.Cut(fields, ",")
}

// splitNames appends to names those of a list, of which x-sdk-date must be one.
func splitNames(names []string, list string) ([]string, error) {
	for more := true; more; {
		var name string
		name, list, more = strings.Cut(list, ";")
		if !lowerToken.word(name) {
			return nil, malformed("SignedHeaders are not the names of headers in lower case")
		}
		if slices.Contains(names, name) {
			return nil, malformed("SignedHeaders names a header twice")
		}
		if len(names) == maxSigned {
			return nil, malformed("SignedHeaders are too many")
		}
		names = append(names, name)
	}
	if !slices.Contains(names, "x-sdk-date") {
		return nil, malformed("X-Sdk-Date is not among the SignedHeaders")
	}
	return names, nil
}

// withDate completes a with X-Sdk-Date, which begins with day where that is not
// empty.
func (a *Authorization) withDate(h http.Header, day string) (_ *Authorization, err error) {
	if a.date, err = only(h, headerDate); err != nil {
		return nil, err
	}
	if a.date == "" {
		return nil, fmt.Errorf("%w: x-sdk-date", ErrHeaderMissing)
	}
	a.Date, err = time.Parse(dateFormat, a.date)
	if err != nil || len(a.date) != len(dateFormat) { // Parse would take a fraction of a second
		return nil, malformed("X-Sdk-Date is not YYYYMMDDTHHMMSSZ")
	}
	if !strings.HasPrefix(a.date, day) {
		return nil, malformed("the day of Credential is not that of X-Sdk-Date")
	}
	return a, nil
}
