package signature

import (
	"errors"
	"fmt"
)

// Why a signature is refused, for [errors.Is]. The texts of all errors may be shown
// to the caller: they hold no secret and no signature.
var (
	// ErrMissing: the request has no Authorization.
	ErrMissing = errors.New("the request is not signed")
	// ErrMalformed: Authorization or X-Sdk-Date has the wrong format.
	ErrMalformed = errors.New("the signature is malformed")
	// ErrHeaderMissing: SignedHeaders names a header that the request lacks.
	ErrHeaderMissing = errors.New("a signed header is missing")
	// ErrAmbiguous: two programs could read the request differently, so that a
	// signature does not determine its meaning.
	ErrAmbiguous = errors.New("the request is ambiguous")
	// ErrPayload: the request has an X-Sdk-Content-Sha256 that is not the body's hash.
	ErrPayload = errors.New("X-Sdk-Content-Sha256 is not the SHA-256 of the body")
	// ErrSkew: X-Sdk-Date differs from now by more than [MaxSkew].
	ErrSkew = errors.New("the signature's date is more than 15 minutes off")
	// ErrMismatch: another secret key was used, or a signed part was changed.
	ErrMismatch = errors.New("the signature does not match")
)

// An UnsupportedAlgorithmError names an algorithm that this package does not
// support.
type UnsupportedAlgorithmError struct{ Name string }

// Error names the algorithm and the supported ones.
func (e *UnsupportedAlgorithmError) Error() string {
	return fmt.Sprintf("the algorithm %s is not supported: use %s or %s", e.Name, AlgorithmSDK, AlgorithmV11)
}

func malformed(why string) error { return fmt.Errorf("%w: %s", ErrMalformed, why) }
func ambiguous(why string) error { return fmt.Errorf("%w: %s", ErrAmbiguous, why) }
