package server_test

import (
	"net/http"
	"net/http/httptest"
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
	l := &lockTest{startAPI(t, fleet.Node{Address: redistest.Start(t).Addr()}), time.Now()}
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
	if rec.Code == 429 {
		assert.Contains(l.t, rec.Body.String(), `"APIGW.0308"`)
	}
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
		l.expect(401, remote, signature.Key{Access: opsKey.Access, Secret: "sk-guess"})
	}
}

const attacker, victim = "192.0.2.1:1000", "192.0.2.2:1000"

func TestFiveFailuresInARowLockForFiveMinutes(t *testing.T) {
	l := startLockTest(t)
	l.fail(4, attacker)
	l.expect(204, attacker, opsKey) // clears
	l.fail(4, attacker)
	l.now = l.now.Add(time.Hour)
	l.fail(1, attacker)
	status, header := l.from(attacker, opsKey)
	assert.Equal(t, 429, status, "the right secret too")
	assert.Equal(t, "300", header.Get("Retry-After"))
	l.now = l.now.Add(5*time.Minute - 500*time.Millisecond)
	status, header = l.from("192.0.2.1:2000", opsKey)
	assert.Equal(t, 429, status, "whatever the port, and an attempt does not lock for longer")
	assert.Equal(t, "1", header.Get("Retry-After"), "rounded up")
	l.now = l.now.Add(500 * time.Millisecond)
	l.fail(4, attacker)
	l.expect(204, attacker, opsKey)
	l.fail(5, attacker)
	l.expect(429, attacker, opsKey)
	assert.Contains(t, l.log.String(), `(the access key is ops-key's)`)
}

func TestALockKeepsNobodyElseOut(t *testing.T) {
	l := startLockTest(t)
	l.fail(5, attacker)
	l.expect(429, attacker, opsKey)
	l.expect(204, victim, opsKey)
	l.expect(403, attacker, otherKey) // another access key from there
	r := l.request(killBody("10.0.0.1:1"))
	r.Header.Set("X-Auth-Token", opsToken)
	status, _ := l.answer(attacker, r)
	assert.Equal(t, 204, status, "a token from there")
}

func TestAnIPv6CallerIsItsNetwork(t *testing.T) {
	l := startLockTest(t)
	for _, host := range []string{":1", ":2", "3:3:3:3", ":4%eth0", "ffff:ffff:ffff:ffff"} {
		l.fail(1, "[2001:db8:0:1:"+host+"]:1")
	}
	l.expect(429, "[2001:db8:0:1:ffff::9]:1", opsKey)
	l.expect(204, "[2001:db8:0:2::1]:1", opsKey)
	l.fail(5, "[::ffff:192.0.2.1]:1")
	l.expect(429, attacker, opsKey)
	l.expect(204, victim, opsKey)
	l.fail(5, "[fe80::1%eth0]:1")
	l.expect(429, "[fe80::2%eth1]:1", opsKey)
	l.fail(5, "@")
	l.expect(429, "", opsKey)
}

func TestOnlyAMismatchOfAKnownKeyCounts(t *testing.T) {
	l := startLockTest(t)
	for name, request := range map[string]func() *http.Request{
		"an unknown access key": func() *http.Request { return l.signed(strangerKey, killBody("10.0.0.1:1")) },
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
			return l.signed(signature.Key{Access: tempKey.Access, Secret: tempKey.Secret}, killBody("10.0.0.1:1"))
		},
	} {
		for range 7 {
			status, _ := l.answer(attacker, request())
			assert.Equal(t, 401, status, name)
		}
	}
	l.expect(204, attacker, opsKey)
	l.expect(204, attacker, tempKey)
}

func TestNewCredentialsUnlock(t *testing.T) {
	l := startLockTest(t)
	l.fail(5, attacker)
	l.expect(429, attacker, opsKey)
	require.NoError(t, l.SetAuth(testAuth()))
	l.expect(204, attacker, opsKey)
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
