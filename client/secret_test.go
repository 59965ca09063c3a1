package client_test

import (
	"errors"
	"net/http"
	"net/http/httputil"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/dcs-sessions/dcs-sessions/signature"
)

func TestTheTokenIsInNoError(t *testing.T) {
	down := serve(t, status(http.StatusNoContent))
	down.Close()
	echo := func(w http.ResponseWriter, r *http.Request) {
		dump, _ := httputil.DumpRequest(r, false)
		w.WriteHeader(http.StatusBadGateway)
		w.Write(dump)
	}
	for name, c := range map[string]struct {
		endpoint string
		token    string
		want     string // part of the text, so that another error does not pass for this one
	}{
		"a server that is down":          {down.URL, token, "client: Post"},
		"an answer that is an error":     {serve(t, status(http.StatusUnauthorized)).URL, token, "401: Unauthorized"},
		"a gateway that echoes the call": {serve(t, echo).URL, token, "X-Auth-Token: ***"},
		"a message that quotes it": {serve(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Request-Id", r.Header.Get("X-Auth-Token"))
			w.WriteHeader(http.StatusUnauthorized)
			w.Write([]byte(`{"error_code":"DCS.1001","error_msg":"no token ` + r.Header.Get("X-Auth-Token") + `"}`))
		}).URL, token, "401 DCS.1001: no token *** [request ***]"},
		"a token that no header can hold": {serve(t, status(http.StatusNoContent)).URL, token + "\n", "X-Auth-Token"},
		"a redirect that names it": {serve(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "http://"+r.Host+"/"+r.Header.Get("X-Auth-Token"))
			w.WriteHeader(http.StatusTemporaryRedirect)
		}).URL, token, "307: a redirect, which is not followed"},
	} {
		t.Run(name, func(t *testing.T) {
			err := kill(t, c.endpoint, client.Options{Credentials: client.Token(c.token)})
			require.ErrorContains(t, err, c.want)
			for ; err != nil; err = errors.Unwrap(err) {
				assert.NotContains(t, err.Error(), token)
			}
		})
	}
}

func TestAKeysSecretsAreInNoError(t *testing.T) {
	down := serve(t, status(http.StatusNoContent))
	down.Close()
	echo := func(w http.ResponseWriter, r *http.Request) {
		dump, _ := httputil.DumpRequest(r, false)
		w.WriteHeader(http.StatusBadGateway)
		w.Write(dump)
	}
	escape := func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusUnauthorized)
		w.Write([]byte(`{"error_code":"DCS.1001","error_msg":"no token ` +
			strings.ReplaceAll(r.Header.Get("X-Security-Token"), "/", `\/`) +
			`","error_ext_msg":"at ` + r.Header.Get("X-Sdk-Date") + `"}`))
	}
	for name, c := range map[string]struct {
		endpoint, security, want string
	}{
		"a server that is down":           {down.URL, temporary, "client: Post"},
		"a gateway that echoes the call":  {serve(t, echo).URL, temporary, "Authorization: ***"},
		"a message that quotes it":        {serve(t, escape).URL, temporary, "no token *** (at 20"},
		"a message that escapes it":       {serve(t, escape).URL, temporary + "/+=", "no token ***"},
		"a token that no header can hold": {serve(t, status(http.StatusNoContent)).URL, temporary + "\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			err := kill(t, c.endpoint, client.Options{Credentials: client.AccessKey(signature.Key{
				AccessKeyID: accessKey, SecretKey: secretKey, SecurityToken: c.security,
			})})
			require.ErrorContains(t, err, c.want)
			for ; err != nil; err = errors.Unwrap(err) {
				for _, secret := range []string{temporary, secretKey, "Signature="} {
					assert.NotContains(t, err.Error(), secret)
				}
			}
		})
	}
}

func TestAnEndpointsSecretIsInNoError(t *testing.T) {
	for name, endpoint := range map[string]string{
		"in a URL with a user": "https://user:hunter2@dcs.example.com",
		"in what is no URL":    "https://user:hunter2@dcs.example.com:port",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := client.New(endpoint, client.Options{})
			require.Error(t, err)
			assert.NotContains(t, err.Error(), "hunter2")
		})
	}
}
