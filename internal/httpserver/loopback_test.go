package httpserver_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/dcs-sessions/dcs-sessions/internal/httpserver"
)

func TestOnlyRequestsFromThisMachineAndNoForeignPagePass(t *testing.T) {
	h := httpserver.LoopbackOnly(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }),
		func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(403) })
	for name, c := range map[string]struct {
		host   string
		header http.Header
		passes bool
	}{
		"localhost":                     {"localhost", nil, true},
		"with a port":                   {"localhost:8080", nil, true},
		"in any case":                   {"LocalHost:8080", nil, true},
		"with its last dot":             {"localhost.:8080", nil, true},
		"127.0.0.1":                     {"127.0.0.1:8080", nil, true},
		"another loopback address":      {"127.8.9.1", nil, true},
		"IPv6":                          {"[::1]:8080", nil, true},
		"IPv6 without a port":           {"[::1]", nil, true},
		"IPv4 as IPv6":                  {"[::ffff:127.0.0.1]:1", nil, true},
		"a name that was rebound":       {"evil.example:8080", nil, false},
		"a name that begins well":       {"localhost.evil.example", nil, false},
		"an address that begins well":   {"127.0.0.1.evil.example:80", nil, false},
		"a name that ends well":         {"evil.localhost", nil, false},
		"a public address":              {"192.0.2.1:8080", nil, false},
		"the unspecified address":       {"0.0.0.0:8080", nil, false},
		"the unspecified IPv6 address":  {"[::]:8080", nil, false},
		"no host":                       {"", nil, false},
		"a user before the host":        {"localhost@evil.example", nil, false},
		"a malformed port":              {"localhost:evil", nil, false},
		"IPv6 without brackets":         {"::1", nil, false},
		"brackets that do not close":    {"[::1", nil, false},
		"its own origin":                {"localhost:8080", http.Header{"Origin": {"http://localhost:8080"}}, true},
		"another origin on loopback":    {"localhost:8080", http.Header{"Origin": {"https://127.0.0.1:3000"}}, true},
		"an origin on IPv6":             {"localhost:8080", http.Header{"Origin": {"http://[::1]:3000"}}, true},
		"a foreign origin":              {"localhost:8080", http.Header{"Origin": {"https://evil.example"}}, false},
		"an origin that begins well":    {"localhost:8080", http.Header{"Origin": {"http://localhost.evil.example"}}, false},
		"an origin with a user":         {"localhost:8080", http.Header{"Origin": {"http://evil.example@localhost"}}, false},
		"an opaque origin":              {"localhost:8080", http.Header{"Origin": {"null"}}, false},
		"an empty origin":               {"localhost:8080", http.Header{"Origin": {""}}, false},
		"another scheme":                {"localhost:8080", http.Header{"Origin": {"chrome-extension://localhost"}}, false},
		"two origins":                   {"localhost:8080", http.Header{"Origin": {"http://localhost", "https://evil.example"}}, false},
		"a page of the same origin":     {"localhost:8080", http.Header{"Sec-Fetch-Site": {"same-origin"}}, true},
		"a navigation by the user":      {"localhost:8080", http.Header{"Sec-Fetch-Site": {"none"}}, true},
		"an image in a foreign page":    {"localhost:8080", http.Header{"Sec-Fetch-Site": {"cross-site"}}, false},
		"cross-site in other letters":   {"localhost:8080", http.Header{"Sec-Fetch-Site": {"Cross-Site"}}, false},
		"a foreign origin, rebound too": {"evil.example", http.Header{"Origin": {"http://evil.example"}, "Sec-Fetch-Site": {"same-origin"}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest("PUT", "/modes", nil)
			r.Host = c.host
			for key, values := range c.header {
				r.Header[key] = values
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			assert.Equal(t, c.passes, w.Code == 204, "%d", w.Code)
		})
	}
}
