package proxy_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/proxy"
)

func TestNewTellsWhatIsWrong(t *testing.T) {
	u, err := proxy.ParseUpstream("http://127.0.0.1:1")
	require.NoError(t, err)
	for name, c := range map[string]struct {
		o    proxy.Options
		want string
	}{
		"no upstream":                     {proxy.Options{}, "proxy: Options.Upstream is missing"},
		"a cap below zero":                {proxy.Options{Upstream: u, MaxRequestBody: -1}, "proxy: a body's cap, or the budget, is -1 bytes"},
		"a budget for less than one body": {proxy.Options{Upstream: u, MaxResponseBody: 1 << 20, BodyBudget: 2<<20 - 1}, "proxy: the body budget is 2097151 bytes, less than twice a body's cap of 1"},
		"a contract that is not there":    {proxy.Options{Upstream: u, ContractFile: "none.yaml"}, "read the contract: open none.yaml: "},
		"a contract that is none":         {proxy.Options{Upstream: u, ContractFile: "options_test.go"}, "options_test.go: validate: read the contract: "},
		"a certificate that is none":      {proxy.Options{Upstream: u, CertFile: "options_test.go", KeyFile: "none.pem"}, "the certificate options_test.go with the key none.pem: "},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := proxy.New(c.o)
			assert.ErrorContains(t, err, c.want)
		})
	}
}

func TestAnUpstreamIsAURLWithoutSecrets(t *testing.T) {
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
