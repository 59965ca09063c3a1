package server_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/fleet"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
	"github.com/dcs-sessions/dcs-sessions/server"
	"github.com/dcs-sessions/dcs-sessions/signature"
)

// A lockTest calls an API from any address at any time.
type lockTest struct {
	*api
	now time.Time
}

func startLockTest(t *testing.T) *lockTest {
	l := &lockTest{startAPI(t, fleet.NodeConfig{Address: redistest.Start(t).Addr()}), time.Now()}
	l.SetNow(func() time.Time { return l.now })
	return l
}

// from is the status of a kill that key signs at the test's time.
func (l *lockTest) from(remote string, key signature.Key) (int, http.Header) {
	body := killBody("10.0.0.1:1")
	r := l.request(body)
	require.NoError(l.t, signature.Sign(r, []byte(body), key, l.now))
	return l.answer(remote, r)
}

func (l *lockTest) answer(remote string, r *http.Request) (int, http.Header) {
	r.RemoteAddr = remote
	rec := httptest.NewRecorder()
	l.ServeHTTP(rec, r)
	return rec.Code, rec.Header()
}

func (l *lockTest) expect(status int, remote string, key signature.Key) {
	l.t.Helper()
	got, _ := l.from(remote, key)
	assert.Equal(l.t, status, got)
}

func (l *lockTest) fail(times int, remote string) {
	l.t.Helper()
	for range times {
		l.expect(401, remote, signature.Key{AccessKeyID: opsKey.AccessKeyID, SecretKey: "sk-guess"})
	}
}

const attacker, victim = "192.0.2.1:1000", "192.0.2.2:1000"

// isLocked reports whether a body that is over what is read of a locked caller
// is refused unread.
func (l *lockTest) isLocked(remote string, access string) bool {
	l.t.Helper()
	body := &countingReader{Reader: strings.NewReader(killBody("10.0.0.1:1") + strings.Repeat(" ", 64<<10))}
	r := l.request("")
	require.NoError(l.t, signature.Sign(r, []byte("other"), signature.Key{AccessKeyID: access, SecretKey: "sk-guess"}, l.now))
	r.Body, r.ContentLength = io.NopCloser(body), 64<<10+int64(len(killBody("10.0.0.1:1")))
	status, _ := l.answer(remote, r)
	assert.Equal(l.t, 401, status)
	return body.n == 0
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
	l := startLockTest(t)
	for range 3 {
		l.fail(20, attacker)
		l.expect(204, attacker, opsKey)
	}
}

func TestFiveFailuresInARowLockForFiveMinutes(t *testing.T) {
	l := startLockTest(t)
	l.fail(4, attacker)
	l.expect(204, attacker, opsKey) // clears
	l.fail(4, attacker)
	assert.False(t, l.isLocked(attacker, opsKey.AccessKeyID), "this is the fifth")
	assert.True(t, l.isLocked(attacker, opsKey.AccessKeyID))
	l.now = l.now.Add(5*time.Minute - time.Second)
	assert.True(t, l.isLocked("192.0.2.1:2000", opsKey.AccessKeyID), "from any port, and an attempt does not lock for longer")
	l.now = l.now.Add(time.Second)
	assert.False(t, l.isLocked(attacker, opsKey.AccessKeyID))
	l.fail(5, attacker)
	assert.True(t, l.isLocked(attacker, opsKey.AccessKeyID))
	l.expect(204, attacker, opsKey)
	assert.False(t, l.isLocked(attacker, opsKey.AccessKeyID), "the right signature unlocks")
}

func TestALockKeepsNobodyElseOut(t *testing.T) {
	l := startLockTest(t)
	l.fail(5, attacker)
	assert.True(t, l.isLocked(attacker, opsKey.AccessKeyID))
	assert.False(t, l.isLocked(victim, opsKey.AccessKeyID), "another network")
	assert.False(t, l.isLocked(attacker, otherKey.AccessKeyID), "another access key from there")
}

func TestAnIPv6CallerIsItsNetwork(t *testing.T) {
	l := startLockTest(t)
	for _, host := range []string{":1", ":2", "3:3:3:3", ":4%eth0", "ffff:ffff:ffff:ffff"} {
		l.fail(1, "[2001:db8:0:1:"+host+"]:1")
	}
	assert.True(t, l.isLocked("[2001:db8:0:1:ffff::9]:1", opsKey.AccessKeyID))
	assert.False(t, l.isLocked("[2001:db8:0:2::1]:1", opsKey.AccessKeyID))
	l.fail(5, "[::ffff:192.0.2.1]:1")
	assert.True(t, l.isLocked(attacker, opsKey.AccessKeyID))
	assert.False(t, l.isLocked(victim, opsKey.AccessKeyID))
	l.fail(5, "@")
	assert.True(t, l.isLocked("", opsKey.AccessKeyID))
}

// Whether there is an access key must not be seen: not by what is answered, and
// not after any number of attempts.
func TestKnownAndUnknownAccessKeysAreAnsweredAlike(t *testing.T) {
	l := startLockTest(t)
	body := killBody("10.0.0.1:1")
	for name, spoil := range map[string]func(*http.Request){
		"a wrong secret":          func(*http.Request) {},
		"a missing signed header": func(r *http.Request) { r.Header.Del("Content-Type") },
		"another hash of the body": func(r *http.Request) {
			r.Header.Set("X-Sdk-Content-Sha256", digest("another body"))
		},
		"what is no hash":        func(r *http.Request) { r.Header.Set("X-Sdk-Content-Sha256", "UNSIGNED-PAYLOAD") },
		"a security token":       func(r *http.Request) { r.Header.Set("X-Security-Token", "any") },
		"another project":        func(r *http.Request) { r.URL.Path = "/v2/other/instances/i/clients/kill" },
		"a body that is no JSON": func(r *http.Request) { r.Body, r.ContentLength = io.NopCloser(strings.NewReader("{")), 1 },
		"a large body": func(r *http.Request) {
			large := body + strings.Repeat(" ", 1<<20)
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(large)), int64(len(large))
		},
	} {
		t.Run(name, func(t *testing.T) {
			for range 7 {
				var answers []string
				for _, access := range []string{opsKey.AccessKeyID, tempKey.AccessKeyID, "AKUNKNOWN"} {
					r := l.request(body)
					r.Header.Set("X-Request-Id", "one")
					require.NoError(t, signature.Sign(r, []byte(body), signature.Key{AccessKeyID: access, SecretKey: "sk-guess"}, l.now))
					spoil(r)
					r.RemoteAddr = attacker
					rec := httptest.NewRecorder()
					l.ServeHTTP(rec, r)
					assert.Equal(t, 401, rec.Code)
					answers = append(answers, fmt.Sprint(rec.Code, rec.Header(), rec.Body))
				}
				assert.Equal(t, answers[0], answers[1])
				assert.Equal(t, answers[0], answers[2])
			}
		})
	}
}

func TestTheBodyOfAnUnknownCallerIsNotRead(t *testing.T) {
	l := startLockTest(t)
	for name, header := range map[string]map[string]string{
		"nothing":                    {},
		"an unknown token":           {"X-Auth-Token": "guess"},
		"an expired token":           {"X-Auth-Token": oldToken},
		"a token that may only list": {"X-Auth-Token": listerToken},
		"a token of another project": {"X-Auth-Token": otherToken},
		"an unknown access key":      {"Authorization": "SDK-HMAC-SHA256 Access=AKUNKNOWN, SignedHeaders=x-sdk-date, Signature=" + digest("x"), "X-Sdk-Date": l.now.UTC().Format("20060102T150405Z")},
		"no signature":               {"Authorization": "SDK-HMAC-SHA256 nothing"},
	} {
		t.Run(name, func(t *testing.T) {
			body := &countingReader{Reader: strings.NewReader(killBody("10.0.0.1:1"))}
			r := l.request("")
			for key, value := range header {
				r.Header.Set(key, value)
			}
			r.Body, r.ContentLength = io.NopCloser(body), 100
			status, _ := l.answer(attacker, r)
			assert.Contains(t, []int{401, 403}, status)
			assert.Zero(t, body.n)
		})
	}
}

func TestOnlyAMismatchCounts(t *testing.T) {
	l := startLockTest(t)
	for name, request := range map[string]func() *http.Request{
		"a skew": func() *http.Request {
			r := l.request("")
			signBy(r, opsKey, nodeSDKSigns, "", l.now.Add(-time.Hour))
			return r
		},
		"a missing header": func() *http.Request {
			r := l.signed(opsKey, "")
			r.Header.Del("Content-Type")
			return r
		},
		"a missing security token": func() *http.Request {
			return l.signed(signature.Key{AccessKeyID: tempKey.AccessKeyID, SecretKey: tempKey.SecretKey}, killBody("10.0.0.1:1"))
		},
	} {
		for range 7 {
			status, _ := l.answer(attacker, request())
			assert.Equal(t, 401, status, name)
		}
	}
	assert.False(t, l.isLocked(attacker, opsKey.AccessKeyID))
	assert.False(t, l.isLocked(attacker, tempKey.AccessKeyID))
}

func TestNewCredentialsUnlock(t *testing.T) {
	l := startLockTest(t)
	l.fail(5, attacker)
	require.NoError(t, l.SetAuth(testAuth()))
	assert.False(t, l.isLocked(attacker, opsKey.AccessKeyID))
}

func TestLocksAreBounded(t *testing.T) {
	now := time.Now()
	l := server.NewLocks(3)
	for _, from := range []string{"a", "b", "c", "a", "d"} { // b failed longest ago
		l.Fail(from, now)
	}
	assert.Equal(t, []int{2, 0, 1, 1}, []int{l.Failures("a"), l.Failures("b"), l.Failures("c"), l.Failures("d")})
	assert.Equal(t, 3, l.Len())
	for range 10 {
		l.Fail("a", now)
	}
	assert.Equal(t, 5, l.Failures("a"))
	l.Clear("a")
	l.Clear("a")
	assert.Equal(t, 2, l.Len())
}
