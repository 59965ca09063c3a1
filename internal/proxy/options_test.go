package proxy_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/proxy"
)

func TestNewReturnsAnErrorForUnusableOptions(t *testing.T) {
	t.Parallel()
	u, err := proxy.ParseUpstream("http://127.0.0.1:1")
	require.NoError(t, err)
	for name, c := range map[string]struct {
		o    proxy.Options
		want string
	}{
		"no upstream":                     {proxy.Options{}, "proxy: Options.Upstream is missing"},
		"a negative limit":                {proxy.Options{Upstream: u, MaxRequestBody: -1}, "proxy: a body limit or the body budget is negative: -1"},
		"a budget for less than one body": {proxy.Options{Upstream: u, MaxResponseBody: 1 << 20, BodyBudget: 2<<20 - 1}, "proxy: the body budget of 2097151 bytes is less than twice the body limit of 1"},
		"a missing contract file":         {proxy.Options{Upstream: u, ContractFile: "none.yaml"}, "read the contract: open none.yaml: "},
		"a file that is no contract":      {proxy.Options{Upstream: u, ContractFile: "options_test.go"}, "options_test.go: validate: read the contract: "},
		"a file that is no certificate":   {proxy.Options{Upstream: u, CertFile: "options_test.go", KeyFile: "none.pem"}, "the certificate options_test.go with the key none.pem: "},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := proxy.New(c.o)
			assert.ErrorContains(t, err, c.want)
		})
	}
}

func TestParseUpstreamRefusesSecretsAndDoesNotPrintThem(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"http://h", "https://h:1/base/", "http://[::1]:1", "http://h/a%2Fb"} {
		u, err := proxy.ParseUpstream(good)
		require.NoError(t, err)
		assert.Equal(t, good, u.String())
	}
	for _, bad := range []string{"", "h:1", "//h", "ftp://h", "http://", "http://:1", "http://h:port", "http://u:hunter2@h", "http://h?q=hunter2", "http://h?", "http://h#f"} {
		_, err := proxy.ParseUpstream(bad)
		require.Error(t, err, bad)
		assert.NotContains(t, err.Error(), "hunter2")
	}
}
