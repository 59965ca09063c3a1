package proxy_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/proxy"
)

// copyContract copies testdata/shop.yaml to a file that a test may change.
func copyContract(t *testing.T) (file, text string) {
	data, err := os.ReadFile("testdata/shop.yaml")
	require.NoError(t, err)
	file = filepath.Join(t.TempDir(), "shop.yaml")
	require.NoError(t, os.WriteFile(file, data, 0o600))
	return file, string(data)
}

func TestReloadLoadsTheNewContractAndKeepsTheModes(t *testing.T) {
	t.Parallel()
	file, text := copyContract(t)
	p := start(t, serveUpstream(t, respond(200, "application/json", `{"name":7}`)), func(o *proxy.Options) { o.ContractFile = file })
	modes := `{"request":"observe","response":"enforce","operations":{"AddItem":{"response":"off"},"Events":{"response":"off"}}}`
	require.Equal(t, 200, send(t, "PUT", p.admin+"/modes", modes).status)
	require.Equal(t, 502, p.send("GET", "/items/a", "").status)

	text = strings.ReplaceAll(text, "name: {type: string, maxLength: 20}", "name: {type: integer}")
	text = strings.ReplaceAll(text, "operationId: Events", "operationId: Stream")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	assert.Equal(t, 502, p.send("GET", "/items/a", "").status, "not before Reload")
	p.proxy.Reload()
	assert.Equal(t, 200, p.send("GET", "/items/a", "").status)
	assert.Equal(t, 200, p.send("POST", "/items", "nope").status, "the modes are kept")
	assert.Equal(t, 502, p.send("GET", "/receipt", "").status)
	assert.JSONEq(t, `{"request":"observe","response":"enforce","operations":{"AddItem":{"response":"off"}}}`,
		send(t, "GET", p.admin+"/modes", "").body)
	assert.Equal(t, "Events", p.message("the contract no longer has an operation whose mode was set", 0)["operation"])
	assert.Equal(t, file, p.message("contract loaded", 0)["contract"])
}

func TestReloadKeepsTheOldContractIfTheNewOneIsBad(t *testing.T) {
	t.Parallel()
	file, text := copyContract(t)
	p := start(t, serveUpstream(t, respond(200, "application/json", badItem)), func(o *proxy.Options) { o.ContractFile = file })
	for i, bad := range []string{"nope", strings.Replace(text, "3.0.3", "3.1.0", 1), strings.ReplaceAll(text, "type: string", "type: strang"), ""} {
		if bad == "" {
			require.NoError(t, os.Remove(file))
		} else {
			require.NoError(t, os.WriteFile(file, []byte(bad), 0o600))
		}
		p.proxy.Reload()
		line := p.message("the new contract cannot be used, the old one stays in use", i)
		assert.Contains(t, line["error"], file)
		assert.Equal(t, "ERROR", line["level"])
		assert.Equal(t, 502, p.send("GET", "/items/a", "").status)
	}
	assert.Empty(t, p.log.Records(t, "contract loaded"))
}

func TestARequestInProgressKeepsItsContract(t *testing.T) {
	t.Parallel()
	file, text := copyContract(t)
	entered, release := make(chan struct{}), make(chan struct{})
	p := start(t, serveUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/items/slow" {
			close(entered)
			<-release
		}
		respond(200, "application/json", `{"name":7}`)(w, r)
	}), func(o *proxy.Options) { o.ContractFile = file })
	answered := make(chan int, 1)
	go func() { answered <- p.send("GET", "/items/slow", "").status }()
	<-entered
	text = strings.ReplaceAll(text, "name: {type: string, maxLength: 20}", "name: {type: integer}")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	p.proxy.Reload()
	assert.Equal(t, 200, p.send("GET", "/items/a", "").status)
	close(release)
	assert.Equal(t, 502, <-answered)
}

func TestReloadLoadsTheNewCertificate(t *testing.T) {
	t.Parallel()
	c := newCertificate(t, "127.0.0.1")
	p := start(t, serveUpstream(t, respond(200, "application/json", goodItem)), func(o *proxy.Options) {
		o.CertFile, o.KeyFile = c.certFile, c.keyFile
	})
	serial := func() int64 {
		resp, err := c.client().Get(p.url + "/items/a")
		require.NoError(t, err)
		defer resp.Body.Close()
		return resp.TLS.PeerCertificates[0].SerialNumber.Int64()
	}
	assert.EqualValues(t, 1, serial())
	c.write(2, "127.0.0.1")
	p.proxy.Reload()
	assert.EqualValues(t, 2, serial())
	p.message("certificate loaded", 0)
	require.NoError(t, os.WriteFile(c.keyFile, []byte("nope"), 0o600))
	p.proxy.Reload()
	assert.EqualValues(t, 2, serial())
	assert.Contains(t, p.message("the new certificate cannot be used, the old one stays in use", 0)["error"], c.certFile)
}
