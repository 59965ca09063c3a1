package signature

import (
	"errors"
	"fmt"
)

// Why a signature is refused, for errors.Is. Each text, with what is wrapped
// around it, may be shown to the caller: it holds no secret and no signature.
var (
	// ErrMissing: the request has no Authorization.
	ErrMissing = errors.New("the request is not signed")
	// ErrMalformed: Authorization or X-Sdk-Date do not have their form.
	ErrMalformed = errors.New("the signature is malformed")
	// ErrHeaderMissing: a header that is said to be signed is not there.
	ErrHeaderMissing = errors.New("a signed header is missing")
	// ErrAmbiguous: two readers of the request could read it differently, so
	// that a signature would not pin it down.
	ErrAmbiguous = errors.New("the request is ambiguous")
	// ErrPayload: X-Sdk-Content-Sha256 is there, and is not the body's hash.
	ErrPayload = errors.New("X-Sdk-Content-Sha256 is not the SHA-256 of the body")
	// ErrSkew: X-Sdk-Date is more than MaxSkew from now.
	ErrSkew = errors.New("the signature's date is more than 15 minutes off")
	// ErrMismatch: another secret was used, or something signed was changed.
	ErrMismatch = errors.New("the signature does not match")
)

// An UnsupportedAlgorithmError names the algorithm that a request is signed
// with, where that is not one of this package's.
type UnsupportedAlgorithmError struct{ Name string }

// Error names the algorithm and those that would do.
func (e *UnsupportedAlgorithmError) Error() string {
	return fmt.Sprintf("the algorithm %s is not supported: use %s or %s", e.Name, AlgorithmSDK, AlgorithmV11)
}

func malformed(why string) error { return fmt.Errorf("%w: %s", ErrMalformed, why) }
func ambiguous(why string) error { return fmt.Errorf("%w: %s", ErrAmbiguous, why) }
