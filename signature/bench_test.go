package signature_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"net/http"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/signature"
)

var benchBodies = [][]byte{bytes.Repeat([]byte("0123456789"), 23), bytes.Repeat([]byte("0123456789"), 23<<10)}

// killOf returns the official Go SDK's kill with another body, signed by Sign.
func killOf(t testing.TB, body []byte, k signature.Key) *http.Request {
	t.Helper()
	raw, err := os.ReadFile("testdata/go-sdk-kill.http")
	require.NoError(t, err)
	r, _ := readRequest(t, raw)
	require.NoError(t, signature.Sign(r, body, k, now))
	return r
}

func BenchmarkVerify(b *testing.B) {
	for _, body := range benchBodies {
		for _, k := range []signature.Key{key, v11} {
			r := killOf(b, body, k)
			a, err := signature.Parse(r)
			require.NoError(b, err)
			b.Run(fmt.Sprintf("%s/%dB", a.Algorithm, len(body)), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if err := verify(r, body, key.SecretKey, now); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkHashes measures what every verification of SDK-HMAC-SHA256 needs: the
// hashes of the body and of the canonical request, and the HMAC.
func BenchmarkHashes(b *testing.B) {
	for _, body := range benchBodies {
		r := killOf(b, body, key)
		canonical, err := signature.Canonical(r, signedHeaders(b, r), body)
		require.NoError(b, err)
		b.Run(fmt.Sprintf("%dB", len(body)), func(b *testing.B) {
			b.ReportAllocs()
			var sum [32]byte
			text, request := make([]byte, 97), []byte(canonical)
			for b.Loop() {
				sum = sha256.Sum256(body)
				sum = sha256.Sum256(request)
				mac := hmac.New(sha256.New, []byte(key.SecretKey))
				mac.Write(text)
				mac.Sum(sum[:0])
			}
		})
	}
}

func BenchmarkSign(b *testing.B) {
	for _, body := range benchBodies {
		r := killOf(b, body, key)
		b.Run(fmt.Sprintf("%dB", len(body)), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := signature.Sign(r, body, key, now); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// For any body and query, a verification allocates once more than crypto/hmac does.
func TestAVerificationHardlyAllocates(t *testing.T) {
	for _, body := range benchBodies {
		r := killOf(t, body, key)
		r.URL.RawQuery = "limit=10&node_id=node-1&offset=0&sort="
		require.NoError(t, signature.Sign(r, body, key, now))
		floor := testing.AllocsPerRun(100, func() {
			mac := hmac.New(sha256.New, []byte(key.SecretKey))
			mac.Write(body[:100])
			mac.Sum(nil)
		})
		got := testing.AllocsPerRun(100, func() { _ = verify(r, body, key.SecretKey, now) })
		assert.LessOrEqual(t, got, floor+1, "the HMAC alone: %v", floor)
	}
}
