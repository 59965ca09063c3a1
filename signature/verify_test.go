package signature_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/signature"
)

var body = []byte(`{"node_id":"node-1","client_addrs":["10.63.238.158:2048"]}`)

// verify parses and verifies as a server does.
func verify(r *http.Request, body []byte, secret string, now time.Time) error {
	a, err := signature.Parse(r)
	if err != nil {
		return err
	}
	return a.Verify(r, body, secret, now)
}

// signedKill returns a request with every header that Sign covers.
func signedKill(t testing.TB, k signature.Key) *http.Request {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, "https://dcs.example.com:8443/v2/p/instances/i/clients/kill?b=2&a=1&a=%20", nil)
	require.NoError(t, err)
	r.Header = http.Header{"Content-Type": {"application/json"}, "X-Project-Id": {"p"}, "X-Sdk-Content-Sha256": {"?"}, "User-Agent": {"test"}}
	k.SecurityToken = "token"
	require.NoError(t, signature.Sign(r, body, k, now))
	require.Equal(t, "content-type;host;x-project-id;x-sdk-content-sha256;x-sdk-date;x-security-token", strings.Join(signedHeaders(t, r), ";"))
	return r
}

func TestAChangeOfASignedPartIsAMismatch(t *testing.T) {
	replace := func(name, old, new string) func(*http.Request) {
		return func(r *http.Request) {
			value := r.Header.Get(name)
			r.Header.Set(name, strings.Replace(value, old, new, 1))
			if r.Header.Get(name) == value {
				panic("nothing to change")
			}
		}
	}
	for name, change := range map[string]func(*http.Request){
		"the method":                  func(r *http.Request) { r.Method = "PUT" },
		"the method's case":           func(r *http.Request) { r.Method = "Post" },
		"a letter of the path":        func(r *http.Request) { r.URL.Path = strings.Replace(r.URL.Path, "/p/", "/q/", 1) },
		"a slash more in the path":    func(r *http.Request) { r.URL.Path = "/" + r.URL.Path },
		"a slash that is now encoded": func(r *http.Request) { r.URL.RawPath = strings.Replace(r.URL.Path, "/kill", "%2Fkill", 1) },
		"a value of the query":        func(r *http.Request) { r.URL.RawQuery = "b=3&a=1&a=%20" },
		"a key of the query":          func(r *http.Request) { r.URL.RawQuery = "c=2&a=1&a=%20" },
		"a parameter more":            func(r *http.Request) { r.URL.RawQuery += "&d" },
		"a parameter twice":           func(r *http.Request) { r.URL.RawQuery += "&b=2" },
		"a parameter less":            func(r *http.Request) { r.URL.RawQuery = "b=2&a=1" },
		"the host":                    func(r *http.Request) { r.Host = "dcs.example.org:8443" },
		"the host's port":             func(r *http.Request) { r.Host = "dcs.example.com" },
		"the content type":            replace("Content-Type", "json", "jsom"),
		"the project":                 replace("X-Project-Id", "p", "q"),
		"the security token":          replace("X-Security-Token", "token", "tokem"),
		"the date":                    replace("X-Sdk-Date", "55Z", "56Z"),
		"the access key":              replace("Authorization", "=QTW", "=QTX"),
		"the signature's first digit": func(r *http.Request) { flipSignature(r, 64) },
		"the signature's last digit":  func(r *http.Request) { flipSignature(r, 1) },
		"the order of the headers":    replace("Authorization", "content-type;host", "host;content-type"),
		"a signed header less":        replace("Authorization", "content-type;", ""),
		"a signed header more":        replace("Authorization", "=content", "=user-agent;content"),
	} {
		t.Run(name, func(t *testing.T) {
			for algorithm, k := range map[string]signature.Key{"SDK": key, "V11": v11} {
				r := signedKill(t, k)
				require.NoError(t, verify(r, body, k.SecretKey, now))
				change(r)
				err := verify(r, body, k.SecretKey, now)
				if name == "the access key" && algorithm == "SDK" {
					// the access key is not signed, but another secret key is looked up
					err = verify(r, body, k.SecretKey+"2", now)
				}
				assert.Equal(t, signature.ErrMismatch, err, algorithm)
			}
		})
	}
}

func flipSignature(r *http.Request, fromEnd int) {
	b := []byte(r.Header.Get("Authorization"))
	b[len(b)-fromEnd] ^= 1 // may leave the hex digits
	if c := b[len(b)-fromEnd]; c == '`' || c == 'g' {
		b[len(b)-fromEnd] ^= 3
	}
	r.Header.Set("Authorization", string(b))
}

func TestUnsignedPartsMayChange(t *testing.T) {
	for name, change := range map[string]func(*http.Request){
		"the user agent":            func(r *http.Request) { r.Header.Set("User-Agent", "proxy") },
		"a header more":             func(r *http.Request) { r.Header.Set("Via", "proxy") },
		"a slash after the path":    func(r *http.Request) { r.URL.Path += "/" },
		"the order of the query":    func(r *http.Request) { r.URL.RawQuery = "a=%20&b=2&a=1" },
		"the encoding of the query": func(r *http.Request) { r.URL.RawQuery = "b=%32&a=1&a=+" },
		"white space":               func(r *http.Request) { r.Header.Set("X-Project-Id", " p ") },
	} {
		t.Run(name, func(t *testing.T) {
			r := signedKill(t, key)
			change(r)
			assert.NoError(t, verify(r, body, key.SecretKey, now))
		})
	}
}

func TestAChangedBodyIsRefused(t *testing.T) {
	changed := append([]byte(nil), body...)
	changed[10]++
	for name, sent := range map[string][]byte{"a byte changed": changed, "a byte more": append(body[:len(body):len(body)], '\n'), "a byte less": body[:len(body)-1], "none": nil} {
		t.Run(name, func(t *testing.T) {
			r := signedKill(t, key)
			assert.Equal(t, signature.ErrPayload, verify(r, sent, key.SecretKey, now), "its hash is declared")
			r.Header.Del("X-Sdk-Content-Sha256")
			require.NoError(t, signature.Sign(r, body, key, now))
			assert.Equal(t, signature.ErrMismatch, verify(r, sent, key.SecretKey, now), "its hash is not declared")
		})
	}
}

// A signed request that declares another payload is refused nevertheless.
func TestADeclaredPayloadMustBeTheBodysHash(t *testing.T) {
	for name, declared := range map[string][]string{
		"no hash at all":         {"UNSIGNED-PAYLOAD"},
		"the hash of another":    {sha256Hex("another")},
		"the hash in upper case": {strings.ToUpper(sha256Hex(string(body)))},
		"an empty one":           {""},
		"the hash twice":         {sha256Hex(string(body)), sha256Hex(string(body))},
	} {
		t.Run(name, func(t *testing.T) {
			r := signedKill(t, key)
			r.Header["X-Sdk-Content-Sha256"] = declared
			names := []string{"host", "x-sdk-date"}
			canonical := referenceCanonical(r, names, nil)
			canonical = canonical[:len(canonical)-64] + declared[0]
			sum := referenceSignature(canonical, r.Header.Get("X-Sdk-Date"), key.SecretKey)
			r.Header.Set("Authorization", "SDK-HMAC-SHA256 Access=AK, SignedHeaders=host;x-sdk-date, Signature="+sum)
			assert.Equal(t, signature.ErrPayload, verify(r, body, key.SecretKey, now))
		})
	}
}

func TestASignedHeaderOccursOnce(t *testing.T) {
	r := signedKill(t, key)
	r.Header.Del("X-Project-Id")
	err := verify(r, body, key.SecretKey, now)
	assert.ErrorIs(t, err, signature.ErrHeaderMissing)
	assert.EqualError(t, err, "a signed header is missing: x-project-id")

	r = signedKill(t, key)
	r.Header.Add("X-Project-Id", "other")
	err = verify(r, body, key.SecretKey, now)
	assert.ErrorIs(t, err, signature.ErrAmbiguous)

	r = signedKill(t, key)
	r.Host, r.URL.Host = "", ""
	assert.ErrorIs(t, verify(r, body, key.SecretKey, now), signature.ErrHeaderMissing)
}

func TestTheDateMayDifferByFifteenMinutes(t *testing.T) {
	r := signedKill(t, key)
	for off, want := range map[time.Duration]error{
		0:                                    nil,
		signature.MaxSkew:                    nil,
		-signature.MaxSkew:                   nil,
		signature.MaxSkew + time.Nanosecond:  signature.ErrSkew,
		-signature.MaxSkew - time.Nanosecond: signature.ErrSkew,
		250 * 365 * 24 * time.Hour:           signature.ErrSkew,
	} {
		assert.Equal(t, want, verify(r, body, key.SecretKey, now.Add(off)), off)
	}
	assert.Equal(t, signature.ErrSkew, verify(r, body, key.SecretKey, time.Time{}))
	assert.Equal(t, 15*time.Minute, signature.MaxSkew)
}

func TestAnEmptySecretNeverMatches(t *testing.T) {
	r := signedKill(t, key)
	names := signedHeaders(t, r)
	sum := referenceSignature(referenceCanonical(r, names, body), r.Header.Get("X-Sdk-Date"), "")
	r.Header.Set("Authorization", "SDK-HMAC-SHA256 Access=nobody, SignedHeaders="+strings.Join(names, ";")+", Signature="+sum)
	assert.Equal(t, signature.ErrMismatch, verify(r, body, "", now))
	assert.Equal(t, signature.ErrMismatch, verify(signedKill(t, v11), body, "", now))
}

func TestVerifyDoesNotChangeTheRequest(t *testing.T) {
	r := signedKill(t, key)
	before := r.Clone(r.Context())
	require.NoError(t, verify(r, body, key.SecretKey, now))
	assert.Equal(t, before, r)
}
