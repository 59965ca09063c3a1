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

func TestTheCanonicalHeader(t *testing.T) {
	long := strings.Repeat("x-long-", 20) + "name"
	for name, c := range map[string]struct{ header, value, want string }{
		"is its value":                     {"X-Project-Id", "p", "x-project-id:p"},
		"has no white space around it":     {"X-Project-Id", " \t p \t", "x-project-id:p"},
		"keeps white space inside":         {"X-Project-Id", "a  \tb", "x-project-id:a  \tb"},
		"may be empty":                     {"X-Project-Id", "", "x-project-id:"},
		"keeps its case":                   {"Content-Type", "Application/JSON;Charset=UTF-8", "content-type:Application/JSON;Charset=UTF-8"},
		"keeps letters outside ASCII":      {"User-Agent", "\u00a0ü\xff", "user-agent:\u00a0ü\xff"},
		"may have a name with other signs": {"X_a1-!b", "v", "x_a1-!b:v"},
		"may have a long name":             {http.CanonicalHeaderKey(long), "v", long + ":v"},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.header, http.CanonicalHeaderKey(c.header))
			r := &http.Request{Method: "GET", URL: &url.URL{}, Header: http.Header{c.header: {c.value}}}
			canonical, err := signature.Canonical(r, []string{strings.ToLower(c.header)}, nil)
			require.NoError(t, err)
			assert.Equal(t, c.want, strings.Split(canonical, "\n")[3])
		})
	}
}

func TestTheCanonicalHostIsThatOfTheRequest(t *testing.T) {
	for _, host := range []string{"dcs.example.com", "DCS.example.com:8080", "[2001:db8::1]:443", "10.0.0.1"} {
		r := &http.Request{Method: "GET", URL: &url.URL{Host: "url.example.com"}, Host: host, Header: http.Header{"Host": {"header.example.com"}}}
		canonical, err := signature.Canonical(r, []string{"host"}, nil)
		require.NoError(t, err)
		assert.Equal(t, "host:"+host, strings.Split(canonical, "\n")[3])
	}
}

func TestTheCanonicalQuery(t *testing.T) {
	for name, c := range map[string]struct{ sent, want string }{
		"is empty where there is none":            {"/", ""},
		"is empty after a question mark":          {"/?", ""},
		"has an equals sign after a key alone":    {"/?k", "k="},
		"has one where the value is empty":        {"/?k=", "k="},
		"is sorted by key":                        {"/?b=1&a=2", "a=2&b=1"},
		"is sorted by key before the equals sign": {"/?a-=1&a=2&a.=3", "a=2&a-=1&a.=3"},
		"is sorted by value in one key":           {"/?k=b&k=a&k=", "k=&k=a&k=b"},
		"keeps a parameter that is there twice":   {"/?k=a&k=a", "k=a&k=a"},
		"is sorted by what is meant":              {"/?k=-&k=%2F&k=%2C", "k=%2C&k=-&k=%2F"},
		"is sorted by bytes":                      {"/?b=1&B=1&%C3%BC=1&~=1", "B=1&b=1&~=1&%C3%BC=1"},
		"takes a plus sign for a space":           {"/?a+b=c+d", "a%20b=c%20d"},
		"keeps an encoded plus sign":              {"/?a=%2B", "a=%2B"},
		"decodes unreserved letters":              {"/?%61=%7e", "a=~"},
		"encodes what was sent unencoded":         {"/?a/b=/:@!'()*,[]{}ü", "a%2Fb=%2F%3A%40%21%27%28%29%2A%2C%5B%5D%7B%7D%C3%BC"},
		"keeps equals signs of a value":           {"/?a=b=c==", "a=b%3Dc%3D%3D"},
		"keeps an encoded ampersand apart":        {"/?a=%26b", "a=%26b"},
		"keeps an encoded semicolon":              {"/?a=%3Bb", "a=%3Bb"},
		"keeps a key that is empty":               {"/?=v&=", "=&=v"},
		"leaves out what is between ampersands":   {"/?&a=1&&b=2&", "a=1&b=2"},
		"keeps a question mark":                   {"/?a?=?", "a%3F=%3F"},
		"sorts more than a few":                   {"/?r&q&p&o&n&m&l&k&j&i&h&g&f&e&d&c&b&a", "a=&b=&c=&d=&e=&f=&g=&h=&i=&j=&k=&l=&m=&n=&o=&p=&q=&r="},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, c.want, line(t, 2, c.sent)) })
	}
}
