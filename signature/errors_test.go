package signature_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/dcs-sessions/dcs-sessions/signature"
)

func TestErrorsAreDistinct(t *testing.T) {
	all := []error{signature.ErrMissing, signature.ErrMalformed, signature.ErrHeaderMissing, signature.ErrAmbiguous, signature.ErrPayload, signature.ErrSkew, signature.ErrMismatch}
	for i, err := range all {
		for j, other := range all {
			assert.Equal(t, i == j, errors.Is(fmt.Errorf("x: %w", err), other))
		}
	}
}

// An error's text may be shown to the caller.
func TestAMismatchDoesNotShowTheRightSignature(t *testing.T) {
	r := signedKill(t, key)
	right := r.Header.Get("Authorization")
	right = right[len(right)-64:]
	flipSignature(r, 1)
	err := verify(r, body, key.SecretKey, now)
	assert.EqualError(t, err, "the signature does not match")
	assert.NotContains(t, fmt.Sprintf("%+v", err), right[:8])
}
