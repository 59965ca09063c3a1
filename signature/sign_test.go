package signature_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/signature"
)

// The key and the time of the example in the API gateway's public documentation.
var (
	key = signature.Key{AccessKeyID: "QTWAOYTTINDUT2QVKYUC", SecretKey: "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc"}
	now = time.Date(2019, 11, 15, 3, 36, 55, 0, time.UTC)
)

func exampleRequest(t testing.TB) *http.Request {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, "https://service.region.example.com/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs?limit=2&marker=13551d6b-755d-4757-b956-536f674975c0", nil)
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/json")
	return r
}

func TestTheDocumentedSignature(t *testing.T) {
	r := exampleRequest(t)
	require.NoError(t, signature.Sign(r, nil, key, now))
	assert.Equal(t, http.Header{
		"Content-Type": {"application/json"},
		"X-Sdk-Date":   {"20191115T033655Z"},
		"Authorization": {"SDK-HMAC-SHA256 Access=QTWAOYTTINDUT2QVKYUC, SignedHeaders=content-type;host;x-sdk-date, " +
			"Signature=7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe"},
	}, r.Header)

	canonical, err := signature.Canonical(r, []string{"content-type", "host", "x-sdk-date"}, nil)
	require.NoError(t, err)
	assert.Equal(t, "b25362e603ee30f4f25e7858e8a7160fd36e803bb2dfe206278659d71a9bcd7a", sha256Hex(canonical))
}

func signedHeaders(t testing.TB, r *http.Request) []string {
	t.Helper()
	a, err := signature.Parse(r)
	require.NoError(t, err)
	return a.SignedHeaders
}

func TestSignCoversTheseHeaders(t *testing.T) {
	for name, c := range map[string]struct {
		header http.Header
		token  string
		want   string
	}{
		"always host and date":        {nil, "", "host;x-sdk-date"},
		"a content type":              {http.Header{"Content-Type": {"application/json"}}, "", "content-type;host;x-sdk-date"},
		"a project":                   {http.Header{"X-Project-Id": {"p"}}, "", "host;x-project-id;x-sdk-date"},
		"a security token":            {nil, "t", "host;x-sdk-date;x-security-token"},
		"a payload's hash":            {http.Header{"X-Sdk-Content-Sha256": {"?"}}, "", "host;x-sdk-content-sha256;x-sdk-date"},
		"not what proxies rewrite":    {http.Header{"User-Agent": {"x"}, "Accept": {"*/*"}}, "", "host;x-sdk-date"},
		"not a header without values": {http.Header{"Content-Type": nil}, "", "host;x-sdk-date"},
		"an empty value":              {http.Header{"Content-Type": {""}}, "", "content-type;host;x-sdk-date"},
	} {
		t.Run(name, func(t *testing.T) {
			r := exampleRequest(t)
			r.Header = c.header
			k := key
			k.SecurityToken = c.token
			require.NoError(t, signature.Sign(r, nil, k, now))
			assert.Equal(t, c.want, strings.Join(signedHeaders(t, r), ";"))
			assert.Equal(t, c.token, r.Header.Get("X-Security-Token"))
			assert.NoError(t, verify(r, nil, key.SecretKey, now))
		})
	}
}

func TestSigningAgainReplacesTheFirstSignature(t *testing.T) {
	r := exampleRequest(t)
	first := key
	first.SecurityToken = "token"
	require.NoError(t, signature.Sign(r, []byte("first"), first, now))
	require.NoError(t, signature.Sign(r, nil, key, now.Add(time.Hour)))
	fresh := exampleRequest(t)
	require.NoError(t, signature.Sign(fresh, nil, key, now.Add(time.Hour)))
	assert.Equal(t, fresh.Header, r.Header)
}

func TestTheDateIsInUTCAndWholeSeconds(t *testing.T) {
	r := exampleRequest(t)
	require.NoError(t, signature.Sign(r, nil, key, now.Add(999*time.Millisecond).In(time.FixedZone("", 3600))))
	assert.Equal(t, "20191115T033655Z", r.Header.Get("X-Sdk-Date"))
	assert.NoError(t, verify(r, nil, key.SecretKey, now))
}

func TestAnUnsignedPayloadBecomesTheHash(t *testing.T) {
	r := exampleRequest(t)
	r.Header.Set("X-Sdk-Content-Sha256", "UNSIGNED-PAYLOAD")
	require.NoError(t, signature.Sign(r, []byte("body"), key, now))
	assert.Equal(t, sha256Hex("body"), r.Header.Get("X-Sdk-Content-Sha256"))
	assert.NoError(t, verify(r, []byte("body"), key.SecretKey, now))
}

func TestTheSignedHostIsTheOneThatIsSent(t *testing.T) {
	r := exampleRequest(t)
	r.Host = ""
	require.NoError(t, signature.Sign(r, nil, key, now))
	r.Host = "service.region.example.com"
	assert.NoError(t, verify(r, nil, key.SecretKey, now), "the URL's host, where there is no other")
	r.Host = "other.example.com:8443"
	require.NoError(t, signature.Sign(r, nil, key, now))
	r.URL.Host = ""
	assert.NoError(t, verify(r, nil, key.SecretKey, now), "the request's host, with its port")
}

func TestARequestThatNoServerCouldVerifyIsNotSigned(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*http.Request)
		want   error
	}{
		"a semicolon in the query":            {func(r *http.Request) { r.URL.RawQuery = "a;b" }, signature.ErrAmbiguous},
		"a query that is not percent-encoded": {func(r *http.Request) { r.URL.RawQuery = "a=%zz" }, signature.ErrAmbiguous},
		"a key that is not percent-encoded":   {func(r *http.Request) { r.URL.RawQuery = "%z=a" }, signature.ErrAmbiguous},
		"too many parameters":                 {func(r *http.Request) { r.URL.RawQuery = strings.Repeat("a&", 10_001) }, signature.ErrAmbiguous},
		"an opaque URL":                       {func(r *http.Request) { r.URL = &url.URL{Scheme: "http", Opaque: "//a/b", Host: "a"} }, signature.ErrAmbiguous},
		"a path without a slash":              {func(r *http.Request) { r.URL.Path = "v2" }, signature.ErrAmbiguous},
		"a method of two lines":               {func(r *http.Request) { r.Method = "GET\n/" }, signature.ErrAmbiguous},
		"no host":                             {func(r *http.Request) { r.Host, r.URL.Host = "", "" }, signature.ErrHeaderMissing},
		"a host with a path":                  {func(r *http.Request) { r.Host = "a/b" }, signature.ErrAmbiguous},
		"a host in another script":            {func(r *http.Request) { r.Host = "bücher.example" }, signature.ErrAmbiguous},
		"a host with a zone":                  {func(r *http.Request) { r.Host = "[fe80::1%eth0]" }, signature.ErrAmbiguous},
		"a host of two lines":                 {func(r *http.Request) { r.Host = "a\nb" }, signature.ErrAmbiguous},
		"two content types":                   {func(r *http.Request) { r.Header.Add("Content-Type", "text/plain") }, signature.ErrAmbiguous},
		"a content type that ends a line":     {func(r *http.Request) { r.Header.Set("Content-Type", "a\r") }, signature.ErrAmbiguous},
		"a content type with a NUL":           {func(r *http.Request) { r.Header.Set("Content-Type", "a\x00b") }, signature.ErrAmbiguous},
		"a content type of two lines":         {func(r *http.Request) { r.Header.Set("Content-Type", "a\nhost:b") }, signature.ErrAmbiguous},
	} {
		t.Run(name, func(t *testing.T) {
			r := exampleRequest(t)
			require.NoError(t, signature.Sign(r, nil, key, now))
			c.change(r)
			assert.ErrorIs(t, signature.Sign(r, nil, key, now), c.want)
			assert.NotContains(t, r.Header, "Authorization", "the earlier one is removed too")
		})
	}
}

func TestALongQueryIsSigned(t *testing.T) {
	r := exampleRequest(t)
	r.URL.RawQuery = strings.Repeat("a&", 10_000)
	require.NoError(t, signature.Sign(r, nil, key, now))
	assert.NoError(t, verify(r, nil, key.SecretKey, now))
}
