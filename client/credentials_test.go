package client_test

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/dcs-sessions/dcs-sessions/signature"
)

const (
	accessKey = "AKEXAMPLE"
	secretKey = "sk-a-secret"
	temporary = "ST-a-secret"
)

var keys = map[string]signature.Key{
	"a permanent key":         {AccessKeyID: accessKey, SecretKey: secretKey},
	"a temporary key":         {AccessKeyID: accessKey, SecretKey: secretKey, SecurityToken: temporary},
	"a key of one region":     {AccessKeyID: accessKey, SecretKey: secretKey, Region: "r-1", Service: "dcs"},
	"a temporary one of such": {AccessKeyID: accessKey, SecretKey: secretKey, SecurityToken: temporary, Region: "r-1", Service: "dcs"},
}

func verify(r request, host, secret string) (*signature.Authorization, error) {
	received := httptest.NewRequest(r.method, r.uri, nil)
	received.Host, received.Header = host, r.header
	a, err := signature.Parse(received)
	if err != nil {
		return nil, err
	}
	return a, a.Verify(received, []byte(r.body), secret, time.Now())
}

func TestAnAccessKeySigns(t *testing.T) {
	for name, key := range keys {
		t.Run(name, func(t *testing.T) {
			a := serve(t, status(http.StatusNoContent))
			require.NoError(t, kill(t, a.URL+"/gateway", client.Options{Credentials: client.AccessKey(key)}))
			require.Len(t, a.requests(), 1)
			r, host := a.requests()[0], a.Listener.Addr().String()
			signed, err := verify(r, host, secretKey)
			require.NoError(t, err)
			assert.Equal(t, accessKey, signed.AccessKeyID)
			assert.Equal(t, key.Region, signed.Region)
			assert.Equal(t, []string{project}, r.header.Values("X-Project-Id"))
			assert.Equal(t, key.SecurityToken, r.header.Get("X-Security-Token"))
			assert.Subset(t, signed.SignedHeaders, []string{"content-type", "host", "x-project-id"})
			if key.SecurityToken != "" {
				assert.Contains(t, signed.SignedHeaders, "x-security-token")
			}
			_, err = verify(r, host, "another secret")
			assert.Error(t, err)
			assert.NotContains(t, r.header, "X-Auth-Token")
		})
	}
}

// What is signed is what arrives, also where the protocol rewrites it.
func TestAnAccessKeySignsOverTLS(t *testing.T) {
	for name, http2 := range map[string]bool{"HTTP/1.1": false, "HTTP/2": true} {
		t.Run(name, func(t *testing.T) {
			var protocol int
			var verdict error
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				var body bytes.Buffer
				_, _ = body.ReadFrom(r.Body)
				_, verdict = verify(request{r.Method, r.RequestURI, body.String(), r.Header}, r.Host, secretKey)
				protocol = r.ProtoMajor
				w.WriteHeader(http.StatusNoContent)
			}))
			server.EnableHTTP2 = http2
			server.StartTLS()
			defer server.Close()
			require.NoError(t, kill(t, server.URL, client.Options{
				Credentials: client.AccessKey(keys["a temporary key"]),
				Transport:   server.Client().Transport,
			}))
			assert.NoError(t, verdict)
			assert.Equal(t, http2, protocol == 2)
		})
	}
}

func TestCredentialsThatFailSendNothing(t *testing.T) {
	a, own := serve(t, status(http.StatusNoContent)), &failing{}
	for name, c := range map[string]struct {
		credentials client.Credentials
		want        string
	}{
		"a key without a secret": {client.AccessKey(signature.Key{AccessKeyID: accessKey}), "client: credentials: signature: the key has no secret key"},
		"an error of one's own":  {own, "client: credentials: no entropy"},
	} {
		t.Run(name, func(t *testing.T) {
			err := kill(t, a.URL, client.Options{Credentials: c.credentials, Retry: client.Retry{Attempts: 3}})
			assert.EqualError(t, err, c.want)
		})
	}
	assert.Empty(t, a.requests())
	assert.Equal(t, 1, own.asked)
}

type failing struct{ asked int }

func (f *failing) Authorize(*http.Request, []byte, time.Time) error {
	f.asked++
	return errors.New("no entropy")
}

func TestNoSecretIsPrinted(t *testing.T) {
	credentials := map[string]client.Credentials{
		"a token":    client.Token(token),
		"refreshing": client.Refreshing(sourceOf(client.Token(token), time.Time{})),
	}
	for name, key := range keys {
		credentials[name] = client.AccessKey(key)
	}
	for name, c := range credentials {
		t.Run(name, func(t *testing.T) {
			a := serve(t, status(http.StatusNoContent))
			o := client.Options{Credentials: c}
			made, err := client.New(a.URL, o)
			require.NoError(t, err)
			require.NoError(t, killAt(t.Context(), made, addr)) // what is kept is kept now
			hidden := struct{ c client.Credentials }{c}

			var out bytes.Buffer
			for _, value := range []any{c, o, &o, made, *made, hidden, &hidden, []client.Credentials{c}} {
				for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
					fmt.Fprintf(&out, verb, value)
				}
				slog.New(slog.NewTextHandler(&out, nil)).Info("m", "value", value)
				slog.New(slog.NewJSONHandler(&out, nil)).Info("m", "value", value)
			}
			encoded, err := json.Marshal(c)
			require.NoError(t, err)
			out.Write(encoded)
			assert.Contains(t, out.String(), "client.Credentials")
			for _, secret := range []string{token, secretKey, temporary} {
				assert.NotContains(t, out.String(), secret)
				assert.NotContains(t, out.String(), fmt.Sprintf("%x", secret))
			}
		})
	}
}

func TestTheServersCertificateIsChecked(t *testing.T) {
	server := httptest.NewTLSServer(status(http.StatusNoContent))
	defer server.Close()
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
	var unknown *tls.CertificateVerificationError
	assert.ErrorAs(t, kill(t, server.URL, client.Options{}), &unknown)
}
