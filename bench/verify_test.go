package bench

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/dcs-sessions/dcs-sessions/signature"
)

var verifyBodies = []struct {
	name string
	data []byte
}{
	{"230B", bytes.Repeat([]byte("0123456789"), 23)},
	{"230KB", bytes.Repeat([]byte("0123456789"), 23<<10)},
}

var signedAt = time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)

// verifyPeers return a function that reports whether the signature of r is valid.
var verifyPeers = []struct {
	name string
	of   func(r *http.Request, body []byte) func() bool
}{
	{"hashes", hashesOf},
	{"verify", verifyOf},
}

// hashesOf computes only what every verification needs: the hashes of the body and of the
// canonical request, and the HMAC. Everything else is known before.
func hashesOf(r *http.Request, body []byte) func() bool {
	request := fmt.Appendf(nil, "POST\n%s/\n\ncontent-type:application/json\nhost:dcs.example.com\nx-project-id:%s\n"+
		"x-sdk-date:20261124T080000Z\n\ncontent-type;host;x-project-id;x-sdk-date\n%x", killPath, project, sha256.Sum256(body))
	text := fmt.Appendf(nil, "SDK-HMAC-SHA256\n20261124T080000Z\n%x", sha256.Sum256(request))
	_, digits, _ := strings.Cut(r.Header.Get("Authorization"), "Signature=")
	want, _ := hex.DecodeString(digits)
	return func() bool {
		sha256.Sum256(body)
		sha256.Sum256(request)
		mac := hmac.New(sha256.New, []byte(key.SecretKey))
		mac.Write(text)
		return hmac.Equal(mac.Sum(nil), want)
	}
}

// verifyOf verifies as a server does that has the request and its body.
func verifyOf(r *http.Request, body []byte) func() bool {
	return func() bool {
		a, err := signature.Parse(r)
		return err == nil && a.Verify(r, body, key.SecretKey, signedAt) == nil
	}
}

func signedKill(tb testing.TB, body []byte) *http.Request {
	r, err := http.NewRequest(http.MethodPost, "http://dcs.example.com"+killPath, nil)
	if err != nil {
		tb.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Project-Id", project)
	if err := signature.Sign(r, body, key, signedAt); err != nil {
		tb.Fatal(err)
	}
	return r
}

// TestVerifyPeers proves that both compute the signature of the request.
func TestVerifyPeers(t *testing.T) {
	for _, p := range verifyPeers {
		for _, body := range verifyBodies {
			r := signedKill(t, body.data)
			if !p.of(r, body.data)() {
				t.Errorf("%s, %s: a good signature does not hold", p.name, body.name)
			}
			if p.of(r, body.data[1:])() {
				t.Errorf("%s, %s: that of another body holds", p.name, body.name)
			}
		}
	}
}

// BenchmarkVerify verifies the signature of one request.
func BenchmarkVerify(b *testing.B) {
	for _, p := range verifyPeers {
		b.Run(p.name, func(b *testing.B) {
			for _, body := range verifyBodies {
				b.Run(body.name, func(b *testing.B) {
					holds := p.of(signedKill(b, body.data), body.data)
					b.ReportAllocs()
					for b.Loop() {
						if !holds() {
							b.Fatal("a good signature does not hold")
						}
					}
				})
			}
		})
	}
}
