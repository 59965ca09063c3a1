package proxy_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/proxy"
)

// A certificate is self-signed, so that it is its own CA.
type certificate struct {
	certFile, keyFile string
	pool              *x509.CertPool
	t                 *testing.T
}

func newCertificate(t *testing.T, ip string) *certificate {
	dir := t.TempDir()
	c := &certificate{t: t, certFile: filepath.Join(dir, "cert.pem"), keyFile: filepath.Join(dir, "key.pem")}
	c.write(1, ip)
	return c
}

// write writes a new certificate to the files.
func (c *certificate) write(serial int64, ip string) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(c.t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.ParseIP(ip)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(c.t, err)
	keyDER, err := x509.MarshalECPrivateKey(key)
	require.NoError(c.t, err)
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	require.NoError(c.t, os.WriteFile(c.certFile, cert, 0o600))
	require.NoError(c.t, os.WriteFile(c.keyFile, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: keyDER}), 0o600))
	c.pool = x509.NewCertPool()
	require.True(c.t, c.pool.AppendCertsFromPEM(cert))
}

// client returns a client that trusts only this certificate.
func (c *certificate) client() *http.Client {
	tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: c.pool}, ForceAttemptHTTP2: true}
	c.t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr}
}

// serveTLS starts an upstream with TLS that also speaks HTTP/2.
func (c *certificate) serveTLS(h http.HandlerFunc) string {
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	require.NoError(c.t, err)
	srv := httptest.NewUnstartedServer(h)
	srv.EnableHTTP2 = true
	srv.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.StartTLS()
	c.t.Cleanup(srv.Close)
	return srv.URL
}

func TestHTTP2InBothDirections(t *testing.T) {
	t.Parallel()
	up, down := newCertificate(t, "127.0.0.1"), newCertificate(t, "127.0.0.1")
	seen := make(chan *http.Request, 1)
	p := start(t, up.serveTLS(func(w http.ResponseWriter, r *http.Request) {
		seen <- r
		respond(200, "application/json", goodItem)(w, r)
	}), func(o *proxy.Options) {
		o.CertFile, o.KeyFile, o.UpstreamCAs = down.certFile, down.keyFile, up.pool
	})
	req, err := http.NewRequest("GET", p.url+"/items/a%2Fb?z=1&a", nil)
	require.NoError(t, err)
	req.Host = "api.example.com"
	req.Header.Set("User-Agent", "an-sdk/1.0")
	resp, err := down.client().Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	assert.Equal(t, goodItem, string(body))
	assert.Equal(t, "HTTP/2.0", resp.Proto)
	got := <-seen
	assert.Equal(t, "HTTP/2.0", got.Proto)
	assert.Equal(t, "api.example.com", got.Host)
	assert.Equal(t, "an-sdk/1.0", got.UserAgent())
	assert.Equal(t, "/items/a%2Fb?z=1&a", got.RequestURI)
	assert.Equal(t, "https", got.Header.Get("X-Forwarded-Proto"))
}

func TestAnUpstreamWithAnUnknownCertificateReceivesNoRequest(t *testing.T) {
	t.Parallel()
	up := newCertificate(t, "127.0.0.1")
	url := up.serveTLS(func(http.ResponseWriter, *http.Request) { t.Error("the upstream received a request") })
	for name, cas := range map[string]*x509.CertPool{"of the system": nil, "of another CA": newCertificate(t, "127.0.0.1").pool} {
		t.Run(name, func(t *testing.T) {
			p := start(t, url, func(o *proxy.Options) { o.UpstreamCAs = cas })
			assert.Equal(t, 502, p.send("GET", "/items/a", "").status)
			assert.Contains(t, p.line(0)["error"], "x509")
			assert.Equal(t, 503, send(t, "GET", p.admin+"/readyz", "").status)
		})
	}
}

func TestAnUpgradeIsForwardedToAnUpstreamWithTLS(t *testing.T) {
	t.Parallel()
	up := newCertificate(t, "127.0.0.1")
	p := start(t, up.serveTLS(func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "HTTP/1.1", r.Proto) // HTTP/2 has no Upgrade
		conn, _, err := http.NewResponseController(w).Hijack()
		if assert.NoError(t, err) {
			io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello")
			conn.Close()
		}
	}), func(o *proxy.Options) { o.UpstreamCAs = up.pool })
	got := p.raw("GET /socket HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
	assert.Regexp(t, "(?s)^HTTP/1.1 101 .*\r\n\r\nhello$", got)
}
