package server_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	dcssessions "github.com/dcs-sessions/dcs-sessions"
	"github.com/dcs-sessions/dcs-sessions/fleet"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
	"github.com/dcs-sessions/dcs-sessions/server"
	"github.com/dcs-sessions/dcs-sessions/signature"
)

func TestAKillMaySignInAnyOfTheseWays(t *testing.T) {
	t.Parallel()
	node := redistest.Start(t)
	a := startAPI(t, fleet.NodeConfig{Address: node.Addr()})
	v11 := opsKey
	v11.Region, v11.Service = "eu-west-0", "dcs"
	for name, send := range map[string]func(body string) *http.Request{
		"by this project's signer":                         func(body string) *http.Request { return a.signed(opsKey, body) },
		"with a derived key":                               func(body string) *http.Request { return a.signed(v11, body) },
		"with a security token":                            func(body string) *http.Request { return a.signed(tempKey, body) },
		"as the Go SDK signs":                              func(body string) *http.Request { return a.signedBy(opsKey, goSDKSigns, body) },
		"as the Node SDK signs":                            func(body string) *http.Request { return a.signedBy(opsKey, nodeSDKSigns, body) },
		"as Terraform's client signs":                      func(body string) *http.Request { return a.signedBy(opsKey, terraformSigns, body) },
		"as the Go SDK signs, with a security token":       func(body string) *http.Request { return a.signedBy(tempKey, goSDKSigns+";x-security-token", body) },
		"as Terraform's client does, with an unsigned one": func(body string) *http.Request { return a.signedBy(tempKey, terraformSigns, body) },
		"with a security token that the key does not need": func(body string) *http.Request {
			key := opsKey
			key.SecurityToken = "any"
			return a.signed(key, body)
		},
		"with a trailing newline": func(body string) *http.Request { return a.signedBy(opsKey, goSDKSigns, body+"\n") },
		"in chunks": func(body string) *http.Request {
			r := a.signed(opsKey, body)
			r.ContentLength = -1
			return r
		},
		"with unknown headers": func(body string) *http.Request {
			r := a.signed(opsKey, body)
			r.Header.Set("X-Domain-Id", "d")
			return r
		},
		"that claims another project, unsigned": func(body string) *http.Request {
			r := a.signedBy(opsKey, terraformSigns, body)
			r.Header.Set("X-Project-Id", "other")
			return r
		},
		"with a valid token too": func(body string) *http.Request {
			r := a.signed(strangerKey, body) // the signature is for a gateway in front
			r.Header.Set("X-Auth-Token", opsToken)
			return r
		},
	} {
		t.Run(name, func(t *testing.T) {
			session := redistest.Dial(t, node.Addr(), "session")
			got := a.do(send(killBody(session.Addr())))
			assert.Equal(t, 204, got.status, got.body)
			assert.True(t, session.Closed())
		})
	}
	assert.Equal(t, "ops-key", a.signedCaller(a.signed(opsKey, killBody("10.0.0.1:1"))))
	r := a.signed(opsKey, killBody("10.0.0.1:1"))
	r.Header.Set("X-Auth-Token", opsToken)
	assert.Equal(t, "ops", a.signedCaller(r))
}

// signedCaller sends a kill and returns the caller that the audit names.
func (a *api) signedCaller(r *http.Request) any {
	require.Equal(a.t, 204, a.do(r).status)
	kills := a.audit.records(a.t)
	return kills[len(kills)-1]["caller"]
}

// The requests are recordings of the official clients, byte for byte.
func TestRecordedRequestsOfOfficialClientsSucceed(t *testing.T) {
	t.Parallel()
	key := server.AccessKey{Name: "key", AccessKey: "QTWAOYTTINDUT2QVKYUC", SecretKeyEnv: "SK", Projects: []string{"0d6f2e5a"}}
	for file, securityToken := range map[string]string{
		"go-sdk-kill": "", "go-sdk-v11-kill": "", "node-sdk-kill": "", "node-sdk-v11-kill": "",
		"go-sdk-token-kill": "security+token/=", "node-sdk-token-kill": "security+token/=", "terraform-kill": "security+token/=",
	} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			key := key
			if securityToken != "" {
				key.SecurityTokenSHA256 = digest(securityToken)
			}
			synctest.Test(t, func(t *testing.T) {
				r, sent := recorded(t, file)
				time.Sleep(time.Until(sent))
				api, err := server.NewWith(server.Options{Log: slog.New(slog.DiscardHandler), Auth: server.Auth{AccessKeys: []server.AccessKey{key}},
					Getenv: func(string) string { return "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc" }}, noKills{})
				require.NoError(t, err)
				defer api.Close(t.Context()) //nolint:errcheck // no job runs
				synctest.Wait()              // until the caches have started, because Close stops only those
				rec := httptest.NewRecorder()
				api.ServeHTTP(rec, r)
				assert.Equal(t, 204, rec.Code, rec.Body)
				assert.Empty(t, rec.Body)
			})
		})
	}
}

func TestSignedRefusalsKillNothing(t *testing.T) {
	t.Parallel()
	node := redistest.Start(t)
	a := startAPI(t, fleet.NodeConfig{Address: node.Addr()})
	session := redistest.Dial(t, node.Addr(), "session")
	body := killBody(session.Addr())
	wrong := func(k signature.Key) signature.Key { k.SecretKey = "sk-that-is-wrong"; return k }
	withToken := func(k signature.Key, token string) signature.Key { k.SecurityToken = token; return k }
	changed := func(r *http.Request, change func(*http.Request)) *http.Request { change(r); return r }
	setting := func(header, value string) *http.Request {
		return changed(a.signed(opsKey, body), func(r *http.Request) { r.Header.Set(header, value) })
	}
	since := func(off time.Duration) *http.Request {
		return changed(a.request(body), func(r *http.Request) { signBy(r, opsKey, nodeSDKSigns, body, time.Now().Add(off)) })
	}
	algorithm := func(name string) *http.Request {
		return setting("Authorization", name+" Access=AKOPS, SignedHeaders=x-sdk-date, Signature="+digest("x"))
	}
	const mismatch, token = "the signature does not match", "X-Security-Token is missing, or is not the access key's"
	var shown []string // signatures
	for _, c := range []struct {
		name    string
		request *http.Request
		status  int
		code    string
		details string
		log     string // text in the log that is not in the response
	}{
		{"an unknown access key", a.signed(strangerKey, body), 401, "APIGW.0301", mismatch, "there is no such access key"},
		{"a wrong secret", a.signed(wrong(opsKey), body), 401, "APIGW.0301", mismatch, "belongs to ops-key"},
		{"another key's secret", a.signed(signature.Key{AccessKeyID: opsKey.AccessKeyID, SecretKey: otherKey.SecretKey}, body), 401, "APIGW.0301", mismatch, "belongs to ops-key"},
		{"another body", changed(a.signed(opsKey, killBody("10.0.0.1:1")), func(r *http.Request) {
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
		}), 401, "APIGW.0301", mismatch, ""},
		{"another instance", changed(a.signed(opsKey, body), func(r *http.Request) { r.URL.Path = "/v2/p/instances/j/clients/kill" }), 401, "APIGW.0301", mismatch, ""},
		{"another project that was signed", setting("X-Project-Id", "other"), 401, "APIGW.0301", mismatch, ""},
		{"a signed header that is not there", changed(a.signed(opsKey, body), func(r *http.Request) { r.Header.Del("X-Project-Id") }), 401, "APIGW.0301", "a signed header is missing: x-project-id", "belongs to ops-key"},
		{"no date", changed(a.signed(opsKey, body), func(r *http.Request) { r.Header.Del("X-Sdk-Date") }), 401, "APIGW.0301", "a signed header is missing: x-sdk-date", ""},
		{"what is no signature", setting("Authorization", "SDK-HMAC-SHA256 nothing"), 401, "APIGW.0301", "the signature is malformed", ""},
		{"an unsigned payload", changed(a.request(body), func(r *http.Request) {
			r.Header.Set("X-Sdk-Content-Sha256", "UNSIGNED-PAYLOAD")
			signBy(r, opsKey, nodeSDKSigns, body, time.Now())
		}), 401, "APIGW.0301", "X-Sdk-Content-Sha256 is not the SHA-256 of the body", "belongs to ops-key"},
		{"two signatures", changed(a.signed(opsKey, body), func(r *http.Request) { r.Header.Add("Authorization", r.Header.Get("Authorization")) }), 401, "APIGW.0301", "the request is ambiguous", ""},
		{"SM3", algorithm("SDK-HMAC-SM3"), 401, "APIGW.0301", "the algorithm SDK-HMAC-SM3 is not supported", ""},
		{"ECDSA", algorithm("SDK-ECDSA-P256-SHA256"), 401, "APIGW.0301", "the algorithm SDK-ECDSA-P256-SHA256 is not supported", ""},
		{"a bearer token", algorithm("Bearer"), 401, "APIGW.0301", "the algorithm Bearer is not supported", ""},

		{"an old date", since(-16 * time.Minute), 401, "APIGW.0303", "The server's time is 20", "belongs to ops-key"},
		{"a date to come", since(16 * time.Minute), 401, "APIGW.0303", "The server's time is 20", "belongs to ops-key"},
		{"an old date with an unknown access key", changed(a.request(body), func(r *http.Request) {
			signBy(r, strangerKey, nodeSDKSigns, body, time.Now().Add(-time.Hour))
		}), 401, "APIGW.0303", "The server's time is 20", "there is no such access key"},

		{"no security token", a.signed(withToken(tempKey, ""), body), 401, "APIGW.0301", token, "belongs to temp-key"},
		{"another security token", a.signed(withToken(tempKey, "another"), body), 401, "APIGW.0301", token, "belongs to temp-key"},
		{"another security token, unsigned", a.signedBy(withToken(tempKey, "another"), terraformSigns, body), 401, "APIGW.0301", token, "belongs to temp-key"},
		{"a digest in a security token's place", a.signed(withToken(tempKey, digest(tempKey.SecurityToken)), body), 401, "APIGW.0301", token, "belongs to temp-key"},
		{"a security token with a wrong secret", a.signed(wrong(tempKey), body), 401, "APIGW.0301", mismatch, "belongs to temp-key"},

		{"another project's access key", a.signed(otherKey, body), 403, "DCS.1004", "", "other-key"},
		{"another project's access key that claims this one", a.signedBy(otherKey, terraformSigns, body), 403, "DCS.1004", "", "other-key"},
		{"an access key that may only list", a.signed(listerKey, body), 403, "DCS.2007", "", "lister-key may only [dcs:clients:list]"},
		{"an invalid token with a valid signature", setting("X-Auth-Token", "guess"), 401, "DCS.1001", "", ""},
		{"a good signature of a bad body", a.signed(opsKey, "[]"), 400, "DCS.4800", "", ""},
		{"a wrong signature of a bad body", a.signed(wrong(opsKey), "{}"), 401, "APIGW.0301", mismatch, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := len(a.log.lines(t, "request"))
			_, value, _ := strings.Cut(c.request.Header.Get("Authorization"), "Signature=")
			if value != "" {
				shown = append(shown, value)
			}
			require.NoError(t, a.SetAuth(testAuth())) // none is locked
			got := a.do(c.request)
			assert.Equal(t, c.status, got.status, got.body)
			assert.Equal(t, c.code, got.fault.ErrorCode, got.body)
			assert.Contains(t, got.details(), c.details)
			require.Eventually(t, func() bool { return len(a.log.lines(t, "request")) > before }, 5*time.Second, time.Millisecond)
			assert.Contains(t, a.log.lines(t, "request")[before]["error"], c.log)
			assert.NotRegexp(t, "(ops|other|lister|temp)-key", got.body, "only the log names the owner of a key")
			for _, secret := range append(shown, "sk-", "temp-token", "another-token", opsToken) {
				assert.NotContains(t, a.log.String(), secret)
				assert.NotContains(t, got.body, secret)
			}
		})
	}
	assert.Greater(t, len(shown), 20)
	assert.True(t, session.Open())
	assert.Empty(t, a.audit.String())
	assert.Equal(t, 204, a.do(a.signed(opsKey, body)).status, "a valid request kills the session")
}

func TestARefusalNamesTheAction(t *testing.T) {
	t.Parallel()
	a := startAPI(t, fleet.NodeConfig{Address: "127.0.0.1:1"})
	assert.Equal(t, "Policy does not allow dcs:clients:kill.", a.do(a.signed(listerKey, killBody("10.0.0.1:1"))).fault.ErrorMsg)
}

func TestEveryOperationOfTheContractNeedsAnAction(t *testing.T) {
	t.Parallel()
	operations := regexp.MustCompile(`operationId: (\w+)`).FindAllSubmatch(dcssessions.Contract(), -1)
	require.NotEmpty(t, operations)
	want := map[string][]string{
		"ScanClients": {server.ActionList}, "ListClients": {server.ActionList}, "ShowNodesInformation": {server.ActionList},
		"HangUpClients": {server.ActionKill}, "HangUpKillAllClients": {server.ActionKill},
		"ShowJobInfo": {server.ActionList, server.ActionKill},
	}
	got := map[string][]string{}
	for _, o := range operations {
		got[string(o[1])] = server.ActionsOf(string(o[1]))
	}
	assert.Equal(t, want, got)
	assert.Empty(t, server.ActionsOf("another"))
}

func TestTheDetailsOfAClockSkewContainTheServersTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := startInProcess(t)
		synctest.Wait() // until the caches have started
		r := a.signed(opsKey, killBody("10.0.0.1:1"))
		time.Sleep(time.Hour)
		rec := httptest.NewRecorder()
		a.ServeHTTP(rec, r)
		assert.Equal(t, 401, rec.Code)
		assert.Contains(t, rec.Body.String(), "The server's time is 2000-01-01T01:00:00Z")
	})
}
