package server_test

import (
	"bufio"
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/signature"
)

// The headers that each official client signs in a kill.
const (
	goSDKSigns     = "user-agent;x-project-id;x-sdk-date"
	nodeSDKSigns   = "content-type;host;x-project-id;x-sdk-date"
	terraformSigns = "accept;content-type;user-agent;x-sdk-date"
)

// request returns an unsigned kill for project p.
func (a *api) request(body string) *http.Request {
	r, err := http.NewRequest(http.MethodPost, a.url+killPath, strings.NewReader(body))
	require.NoError(a.t, err)
	r.Header.Set("Accept", "application/json")
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "test/1.0")
	r.Header.Set("X-Project-Id", "p")
	return r
}

// signed returns a kill that package signature has signed.
func (a *api) signed(key signature.Key, body string) *http.Request {
	r := a.request(body)
	require.NoError(a.t, signature.Sign(r, []byte(body), key, time.Now()))
	return r
}

// signedBy returns a kill whose signature covers only these headers.
func (a *api) signedBy(key signature.Key, signed, body string) *http.Request {
	r := a.request(body)
	signBy(r, key, signed, body, time.Now())
	return r
}

// signBy signs by the scheme's reference, independently of package signature. It supports
// only paths of unreserved characters, and no query.
func signBy(r *http.Request, key signature.Key, signed, body string, now time.Time) {
	hash := func(s string) string {
		sum := sha256.Sum256([]byte(s))
		return hex.EncodeToString(sum[:])
	}
	date := now.UTC().Format("20060102T150405Z")
	r.Header.Set("X-Sdk-Date", date)
	if key.SecurityToken != "" {
		r.Header.Set("X-Security-Token", key.SecurityToken)
	}
	canonical := r.Method + "\n" + r.URL.Path + "/\n\n"
	for name := range strings.SplitSeq(signed, ";") {
		value := r.Header.Get(name)
		if name == "host" {
			value = r.URL.Host
		}
		canonical += name + ":" + value + "\n"
	}
	canonical += "\n" + signed + "\n" + hash(body)
	mac := hmac.New(sha256.New, []byte(key.SecretKey))
	mac.Write([]byte("SDK-HMAC-SHA256\n" + date + "\n" + hash(canonical)))
	r.Header.Set("Authorization", "SDK-HMAC-SHA256 Access="+key.AccessKeyID+", SignedHeaders="+signed+", Signature="+hex.EncodeToString(mac.Sum(nil)))
}

// recorded returns a request that an official client sent, and its time.
func recorded(t *testing.T, file string) (*http.Request, time.Time) {
	raw, err := os.ReadFile("../signature/testdata/" + file + ".http")
	require.NoError(t, err)
	r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(raw)))
	require.NoError(t, err)
	r.RemoteAddr = "192.0.2.1:1"
	sent, err := time.Parse("20060102T150405Z", r.Header.Get("X-Sdk-Date"))
	require.NoError(t, err)
	return r, sent
}
