package server_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/server"
	"github.com/dcs-sessions/dcs-sessions/signature"
)

// signedKill sends a kill that key signs, from a remote address.
func (a *api) signedKill(remote string, key signature.Key) int {
	status, _ := a.serveFrom(remote, a.signed(key, killBody("10.0.0.1:1")))
	return status
}

// serveFrom serves r in this process, as if it came from a remote address.
func (a *api) serveFrom(remote string, r *http.Request) (int, http.Header) {
	r.RemoteAddr = remote
	rec := httptest.NewRecorder()
	a.ServeHTTP(rec, r)
	return rec.Code, rec.Header()
}

// guess sends kills that are signed with a wrong secret.
func (a *api) guess(times int, remote string) {
	a.t.Helper()
	for range times {
		assert.Equal(a.t, 401, a.signedKill(remote, wrongSecret(opsKey)))
	}
}

func wrongSecret(key signature.Key) signature.Key {
	key.SecretKey = "sk-guess"
	return key
}

// Remote addresses on two networks.
const remote, otherRemote = "192.0.2.1:1000", "192.0.2.2:1000"

// isLocked sends a wrong signature with a body that is too large for a locked
// caller, and reports whether the server refuses it without reading the body.
func (a *api) isLocked(remote string, key signature.Key) bool {
	a.t.Helper()
	body := killBody("10.0.0.1:1") + strings.Repeat(" ", 64<<10)
	counted := &countingReader{Reader: strings.NewReader(body)}
	r := a.signed(wrongSecret(key), "another body")
	r.Body, r.ContentLength = io.NopCloser(counted), int64(len(body))
	status, _ := a.serveFrom(remote, r)
	assert.Equal(a.t, 401, status)
	return counted.n == 0
}

type countingReader struct {
	io.Reader
	n int
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += n
	return n, err
}

func TestARightSignatureIsNeverLockedOut(t *testing.T) {
	t.Parallel()
	a := startInProcess(t)
	for range 3 {
		a.guess(20, remote)
		assert.Equal(t, 204, a.signedKill(remote, opsKey))
	}
}

func TestFiveFailuresInARowLockForFiveMinutes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := startInProcess(t)
		synctest.Wait() // until the caches have started
		a.guess(4, remote)
		assert.Equal(t, 204, a.signedKill(remote, opsKey), "resets the count")
		a.guess(4, remote)
		assert.False(t, a.isLocked(remote, opsKey), "this is the fifth failure")
		assert.True(t, a.isLocked(remote, opsKey))
		time.Sleep(5*time.Minute - time.Second)
		assert.True(t, a.isLocked("192.0.2.1:2000", opsKey), "the port does not matter, and an attempt does not extend the lockout")
		time.Sleep(time.Second + 1)
		assert.False(t, a.isLocked(remote, opsKey))
		a.guess(5, remote)
		assert.True(t, a.isLocked(remote, opsKey))
		assert.Equal(t, 204, a.signedKill(remote, opsKey))
		assert.False(t, a.isLocked(remote, opsKey), "the right signature unlocks")
	})
}

func TestALockoutIsOfOneKeyOnOneNetwork(t *testing.T) {
	t.Parallel()
	a := startInProcess(t)
	a.guess(5, remote)
	assert.True(t, a.isLocked(remote, opsKey))
	assert.False(t, a.isLocked(otherRemote, opsKey))
	assert.False(t, a.isLocked(remote, otherKey))
}

func TestAnIPv6NetworkIsA64(t *testing.T) {
	t.Parallel()
	a := startInProcess(t)
	for _, host := range []string{":1", ":2", "3:3:3:3", ":4%eth0", "ffff:ffff:ffff:ffff"} {
		a.guess(1, "[2001:db8:0:1:"+host+"]:1")
	}
	assert.True(t, a.isLocked("[2001:db8:0:1:ffff::9]:1", opsKey))
	assert.False(t, a.isLocked("[2001:db8:0:2::1]:1", opsKey))
	a.guess(5, "[::ffff:192.0.2.1]:1")
	assert.True(t, a.isLocked(remote, opsKey), "an IPv4 address in IPv6 form is the IPv4 address")
	assert.False(t, a.isLocked(otherRemote, opsKey))
	a.guess(5, "@")
	assert.True(t, a.isLocked("", opsKey), "remotes that are no IP address are one network")
}

// The response must not reveal whether an access key exists, neither at once nor
// after any number of attempts.
func TestKnownAndUnknownAccessKeysGetTheSameResponse(t *testing.T) {
	t.Parallel()
	a := startInProcess(t)
	body := killBody("10.0.0.1:1")
	for name, spoil := range map[string]func(*http.Request){
		"a wrong secret":          func(*http.Request) {},
		"a missing signed header": func(r *http.Request) { r.Header.Del("Content-Type") },
		"another hash of the body": func(r *http.Request) {
			r.Header.Set("X-Sdk-Content-Sha256", digest("another body"))
		},
		"not a hash":              func(r *http.Request) { r.Header.Set("X-Sdk-Content-Sha256", "UNSIGNED-PAYLOAD") },
		"a security token":        func(r *http.Request) { r.Header.Set("X-Security-Token", "any") },
		"another project":         func(r *http.Request) { r.URL.Path = "/v2/other/instances/i/clients/kill" },
		"a body that is not JSON": func(r *http.Request) { r.Body, r.ContentLength = io.NopCloser(strings.NewReader("{")), 1 },
		"a large body": func(r *http.Request) {
			large := body + strings.Repeat(" ", 1<<20)
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(large)), int64(len(large))
		},
	} {
		t.Run(name, func(t *testing.T) {
			for range 7 {
				var responses []string
				for _, key := range []signature.Key{opsKey, tempKey, strangerKey} {
					key.SecurityToken = ""
					r := a.signed(wrongSecret(key), body)
					r.Header.Set("X-Request-Id", "one")
					spoil(r)
					r.RemoteAddr = remote
					rec := httptest.NewRecorder()
					a.ServeHTTP(rec, r)
					assert.Equal(t, 401, rec.Code)
					responses = append(responses, fmt.Sprint(rec.Code, rec.Header(), rec.Body))
				}
				assert.Equal(t, responses[0], responses[1])
				assert.Equal(t, responses[0], responses[2])
			}
		})
	}
}

func TestTheBodyOfAnUnknownCallerIsNotRead(t *testing.T) {
	t.Parallel()
	a := startInProcess(t)
	for name, header := range map[string]map[string]string{
		"no credential":              {},
		"an unknown token":           {"X-Auth-Token": "guess"},
		"an expired token":           {"X-Auth-Token": oldToken},
		"a token that may only list": {"X-Auth-Token": listerToken},
		"a token of another project": {"X-Auth-Token": otherToken},
		"an unknown access key":      {"Authorization": "SDK-HMAC-SHA256 Access=AKUNKNOWN, SignedHeaders=x-sdk-date, Signature=" + digest("x"), "X-Sdk-Date": time.Now().UTC().Format("20060102T150405Z")},
		"no signature":               {"Authorization": "SDK-HMAC-SHA256 nothing"},
	} {
		t.Run(name, func(t *testing.T) {
			body := &countingReader{Reader: strings.NewReader(killBody("10.0.0.1:1"))}
			r := a.request("")
			for key, value := range header {
				r.Header.Set(key, value)
			}
			r.Body, r.ContentLength = io.NopCloser(body), 100
			status, _ := a.serveFrom(remote, r)
			assert.Contains(t, []int{401, 403}, status)
			assert.Zero(t, body.n)
		})
	}
}

func TestOnlyAWrongSignatureCounts(t *testing.T) {
	t.Parallel()
	a := startInProcess(t)
	for name, request := range map[string]func() *http.Request{
		"a clock skew": func() *http.Request {
			r := a.request("")
			signBy(r, opsKey, nodeSDKSigns, "", time.Now().Add(-time.Hour))
			return r
		},
		"a missing header": func() *http.Request {
			r := a.signed(opsKey, "")
			r.Header.Del("Content-Type")
			return r
		},
		"a missing security token": func() *http.Request {
			return a.signed(signature.Key{AccessKeyID: tempKey.AccessKeyID, SecretKey: tempKey.SecretKey}, killBody("10.0.0.1:1"))
		},
	} {
		for range 7 {
			status, _ := a.serveFrom(remote, request())
			assert.Equal(t, 401, status, name)
		}
	}
	assert.False(t, a.isLocked(remote, opsKey))
	assert.False(t, a.isLocked(remote, tempKey))
}

func TestNewCredentialsUnlock(t *testing.T) {
	t.Parallel()
	a := startInProcess(t)
	a.guess(5, remote)
	require.NoError(t, a.SetAuth(testAuth()))
	assert.False(t, a.isLocked(remote, opsKey))
}

func TestALockoutDropsTheLeastRecentlyUsedKey(t *testing.T) {
	t.Parallel()
	l := server.NewLockout(3)
	for _, key := range []string{"a", "b", "c", "a", "d"} {
		l.Fail(key)
	}
	assert.Equal(t, []int{2, 0, 1, 1}, []int{l.Failures("a"), l.Failures("b"), l.Failures("c"), l.Failures("d")})
}
