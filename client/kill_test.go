package client_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/dcs-sessions/dcs-sessions/gen"
	"github.com/dcs-sessions/dcs-sessions/gen/typedclient"
)

func TestKillSendsTheReferencesRequest(t *testing.T) {
	a := serve(t, status(http.StatusNoContent))
	c, err := client.New(a.URL, client.Options{Credentials: client.Token(token), UserAgent: "ops/1"})
	require.NoError(t, err)
	require.NoError(t, killAt(t.Context(), c, addr, "[2001:db8::1]:3058"))

	require.Len(t, a.requests(), 1)
	r := a.requests()[0]
	assert.Equal(t, http.MethodPost, r.method)
	assert.Equal(t, "/v2/0d6f2e5a/instances/cache_1/clients/kill", r.uri)
	assert.JSONEq(t, `{"node_id":"node-1","client_addrs":["10.63.238.158:2048","[2001:db8::1]:3058"]}`, r.body)
	assert.Equal(t, []string{"application/json"}, r.header.Values("Content-Type"))
	assert.Equal(t, []string{"application/json"}, r.header.Values("Accept"))
	assert.Equal(t, []string{token}, r.header.Values("X-Auth-Token"))
	assert.Equal(t, []string{"ops/1"}, r.header.Values("User-Agent"))
	assert.Equal(t, strconv.Itoa(len(r.body)), r.header.Get("Content-Length"))
}

// The URL is put together here, for gen would parse and escape it each time.
func TestTheURLIsThatOfTheGeneratedClient(t *testing.T) {
	for name, endpoint := range map[string]string{
		"a host":                    "http://dcs.example.com",
		"a port":                    "https://dcs.example.com:8443/",
		"a colon without a port":    "http://dcs.example.com:/",
		"an IPv6 address":           "http://[2001:db8::1]:8080",
		"a path":                    "http://dcs.example.com/gateway/",
		"a path with escaped text":  "http://dcs.example.com/a%2Fb/%C3%BC ü",
		"a path ending in an %2F":   "http://dcs.example.com/a%2F/",
		"a path with letters apart": "http://dcs.example.com/a:@$&+,;=!'()*b",
	} {
		t.Run(name, func(t *testing.T) {
			want, err := typedclient.NewHangUpClientsRequest(strings.TrimRight(endpoint, "/")+"/", project, instance, gen.HangUpClientsRequest{})
			require.NoError(t, err)
			var sent *http.Request
			require.NoError(t, kill(t, endpoint, client.Options{Transport: &roundTrip{next: func(r *http.Request) (*http.Response, error) {
				sent = r
				return &http.Response{StatusCode: http.StatusNoContent, Body: http.NoBody}, nil
			}}}))
			assert.Equal(t, want.URL.String(), sent.URL.String())
			assert.Equal(t, want.Method, sent.Method)
			assert.Equal(t, want.Header.Get("Content-Type"), sent.Header.Get("Content-Type"))
		})
	}
}

func TestTheZeroOptionsSendNoCredentials(t *testing.T) {
	a := serve(t, status(http.StatusNoContent))
	require.NoError(t, kill(t, a.URL, client.Options{}))
	require.Len(t, a.requests(), 1)
	header := a.requests()[0].header
	assert.NotContains(t, header, "X-Auth-Token")
	assert.NotContains(t, header, "Authorization")
	assert.Regexp(t, `^dcs-sessions/[^ ()]+$`, header.Get("User-Agent"))
}

func TestTheEndpointsPathIsKept(t *testing.T) {
	for name, c := range map[string]struct{ path, want string }{
		"no path":                  {"", ""},
		"a slash":                  {"/", ""},
		"a path":                   {"/dcs", "/dcs"},
		"a path with a slash":      {"/dcs/", "/dcs"},
		"a path of several steps":  {"/gateway/dcs//", "/gateway/dcs"},
		"a path with escaped text": {"/a%2Fb", "/a%2Fb"},
	} {
		t.Run(name, func(t *testing.T) {
			a := serve(t, status(http.StatusNoContent))
			require.NoError(t, kill(t, a.URL+c.path, client.Options{}))
			require.Len(t, a.requests(), 1)
			assert.Equal(t, c.want+"/v2/0d6f2e5a/instances/cache_1/clients/kill", a.requests()[0].uri)
		})
	}
}

// A redirect is never followed: what kills would be sent twice.
func TestOnly204IsSuccess(t *testing.T) {
	for _, code := range []int{200, 201, 202, 206, 300, 301, 302, 303, 304, 307, 308, 400, 404, 418, 500, 503} {
		t.Run(strconv.Itoa(code)+" is an error", func(t *testing.T) {
			a := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", "/elsewhere")
				w.WriteHeader(code)
			})
			var answer *client.Error
			require.ErrorAs(t, kill(t, a.URL, client.Options{}), &answer)
			assert.Equal(t, code, answer.Status)
			assert.NotEmpty(t, answer.Message)
			assert.Len(t, a.requests(), 1)
		})
	}
	t.Run("302 without a Location is an error", func(t *testing.T) {
		a := serve(t, status(http.StatusFound))
		assert.EqualError(t, kill(t, a.URL, client.Options{}), "302: a redirect, which is not followed")
	})
	t.Run("a redirect to what is no URL is an error", func(t *testing.T) {
		a := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "http://%zz")
			w.WriteHeader(http.StatusFound)
		})
		assert.Error(t, kill(t, a.URL, client.Options{}))
		assert.Len(t, a.requests(), 1)
	})
	t.Run("204 is success", func(t *testing.T) {
		assert.NoError(t, kill(t, serve(t, status(http.StatusNoContent)).URL, client.Options{}))
	})
}
