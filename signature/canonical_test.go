package signature_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/signature"
)

// line returns line n of the canonical request for target.
func line(t *testing.T, n int, target string) string {
	t.Helper()
	u, err := url.ParseRequestURI(target)
	require.NoError(t, err)
	r := &http.Request{Method: "GET", URL: u, Host: "h"}
	canonical, err := signature.Canonical(r, []string{"host"}, nil)
	require.NoError(t, err)
	assert.Equal(t, referenceCanonical(r, []string{"host"}, nil), canonical)
	return strings.Split(canonical, "\n")[n]
}

func TestTheCanonicalPath(t *testing.T) {
	for name, c := range map[string]struct{ sent, want string }{
		"ends in a slash":                      {"/a", "/a/"},
		"keeps a slash at its end":             {"/a/", "/a/"},
		"is a slash where there is none":       {"http://h", "/"},
		"is a slash":                           {"/", "/"},
		"keeps empty segments":                 {"/a//b//", "/a//b//"},
		"keeps dots":                           {"/a/./../b", "/a/./../b/"},
		"keeps unreserved letters":             {"/aZ09-._~", "/aZ09-._~/"},
		"decodes unreserved letters":           {"/%61%7E", "/a~/"},
		"encodes what net/url leaves":          {"/a:b@c$d&e+f,g;h=i", "/a%3Ab%40c%24d%26e%2Bf%2Cg%3Bh%3Di/"},
		"encodes in upper case":                {"/%c3%bc", "/%C3%BC/"},
		"encodes a space once":                 {"/a%20b", "/a%20b/"},
		"encodes an encoded percent sign":      {"/%2520", "/%2520/"},
		"keeps an encoded slash apart":         {"/a%2Fb", "/a%2Fb/"},
		"keeps an encoded slash at its end":    {"/a%2f", "/a%2F/"},
		"encodes bytes that are no characters": {"/%ff%00", "/%FF%00/"},
		"encodes brackets and the like":        {"/!'()*[]", "/%21%27%28%29%2A%5B%5D/"},
		"encodes what was sent unencoded":      {"/ü\"<>^`{|}", "/%C3%BC%22%3C%3E%5E%60%7B%7C%7D/"},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, c.want, line(t, 1, c.sent)) })
	}
}

// net/url sends Path if a client sets a RawPath that is not its encoding.
func TestARawPathThatDoesNotMatchThePathIsIgnored(t *testing.T) {
	r := &http.Request{Method: "GET", URL: &url.URL{Path: "/a b", RawPath: "/other%2F"}, Host: "h"}
	canonical, err := signature.Canonical(r, nil, nil)
	require.NoError(t, err)
	assert.Equal(t, "/a%20b/", strings.Split(canonical, "\n")[1])
}

func TestTheCanonicalMethodIsAsSent(t *testing.T) {
	for method, want := range map[string]string{"POST": "POST", "": "GET", "get": "get", "M-SEARCH": "M-SEARCH"} {
		canonical, err := signature.Canonical(&http.Request{Method: method, URL: &url.URL{}}, nil, nil)
		require.NoError(t, err)
		assert.Equal(t, want, strings.Split(canonical, "\n")[0])
	}
}

func TestTheCanonicalRequestHasAllParts(t *testing.T) {
	r := &http.Request{Method: "POST", URL: &url.URL{Path: "/v2", RawQuery: "b=2&a"}, Host: "h:80", Header: http.Header{"X-Sdk-Date": {"d"}}}
	canonical, err := signature.Canonical(r, []string{"x-sdk-date", "host"}, []byte("body"))
	require.NoError(t, err)
	assert.Equal(t, "POST\n/v2/\na=&b=2\nx-sdk-date:d\nhost:h:80\n\nx-sdk-date;host\n"+sha256Hex("body"), canonical)
}
