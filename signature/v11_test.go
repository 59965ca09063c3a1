package signature_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/signature"
)

var v11 = signature.Key{AccessKeyID: key.AccessKeyID, SecretKey: key.SecretKey, Region: "eu-west-0", Service: "dcs"}

// The signature is from a test of the official Go SDK, which signs only the date.
func TestTheDocumentedSignatureOfV11(t *testing.T) {
	r, err := http.NewRequest(http.MethodGet, "https://example.huaweicloud.com/path?limit=1", nil)
	require.NoError(t, err)
	r.Header.Set("X-Sdk-Date", "20060102T150405Z")
	r.Header.Set("Authorization", "V11-HMAC-SHA256 Credential=AccessKey/20060102/test-region-1/demo,"+
		" SignedHeaders=x-sdk-date, Signature=8fd3610508884bb19718317797c7378716a94bc740d97502e569322e366341cc")
	assert.NoError(t, verify(r, nil, "SecretKey", time.Date(2006, 1, 2, 15, 4, 5, 0, time.UTC)))
}

func TestSigningWithV11(t *testing.T) {
	r := exampleRequest(t)
	require.NoError(t, signature.Sign(r, nil, v11, now))
	assert.Regexp(t, "^V11-HMAC-SHA256 Credential=QTWAOYTTINDUT2QVKYUC/20191115/eu-west-0/dcs, SignedHeaders=content-type;host;x-sdk-date, Signature=[0-9a-f]{64}$",
		r.Header.Get("Authorization"))
	assert.NoError(t, verify(r, nil, v11.SecretKey, now))
}

// A V11 key is valid for one day, region and service.
func TestTheScopeIsPartOfTheSignature(t *testing.T) {
	for name, scope := range map[string]string{"the region": "eu-west-1/dcs", "the service": "eu-west-0/ecs", "where the one ends": "eu-west-0d/cs"} {
		t.Run(name, func(t *testing.T) {
			r := exampleRequest(t)
			require.NoError(t, signature.Sign(r, nil, v11, now))
			signed := r.Header.Get("Authorization")
			r.Header.Set("Authorization", replaceOnce(t, signed, "eu-west-0/dcs", scope))
			assert.Equal(t, signature.ErrMismatch, verify(r, nil, v11.SecretKey, now))
		})
	}
	t.Run("the algorithm", func(t *testing.T) {
		r := exampleRequest(t)
		require.NoError(t, signature.Sign(r, nil, v11, now))
		signed := replaceOnce(t, r.Header.Get("Authorization"), "V11", "SDK")
		r.Header.Set("Authorization", replaceOnce(t, signed, "Credential=QTWAOYTTINDUT2QVKYUC/20191115/eu-west-0/dcs", "Access=QTWAOYTTINDUT2QVKYUC"))
		assert.Equal(t, signature.ErrMismatch, verify(r, nil, v11.SecretKey, now))
	})
}
