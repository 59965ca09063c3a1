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
