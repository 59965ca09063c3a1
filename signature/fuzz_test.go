package signature_test

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/signature"
)

// changed returns s with one byte set. An empty s gets one byte.
func changed(s string, at uint16, to byte) string {
	if s == "" {
		return string([]byte{to})
	}
	b := []byte(s)
	b[int(at)%len(b)] = to
	return string(b)
}

// overTheWire returns r as a server receives it, or nil if net/http refuses to send
// or receive it.
func overTheWire(r *http.Request) (*http.Request, []byte) {
	var wire bytes.Buffer
	if r.Write(&wire) != nil {
		return nil, nil
	}
	received, err := http.ReadRequest(bufio.NewReader(&wire))
	if err != nil {
		return nil, nil
	}
	sent, err := io.ReadAll(received.Body)
	if err != nil {
		return nil, nil
	}
	return received, sent
}

// Every request that Sign signs can be verified as it is received, and the reference
// agrees. Then one byte of one part is set: the signature is valid if and only if
// the request still means the same.
func FuzzSignThenVerify(f *testing.F) {
	const date, sent, authorization, parts = 7, 8, 9, 10
	for part := range byte(parts) {
		f.Add("POST", "/v2/p/instances/i/clients/kill", "b=2&a=1&a=%20+", "dcs.example.com:8443", "application/json;charset=UTF-8", "p", "token/+=", []byte(`{"node_id":""}`), part&1 == 0, part, uint16(3), byte('x'))
		f.Add("", "/a%2Fb/ü/~%7e//", "&=&k&ü=%C3%BC", "[2001:db8::1]", "", " p\t", "", []byte{}, part&1 == 1, part, uint16(70), byte('A'))
	}
	f.Fuzz(func(t *testing.T, method, path, query, host, contentType, project, token string, body []byte, derived bool, part uint8, at uint16, to byte) {
		u, err := url.Parse("http://dcs.example.com" + path)
		if err != nil {
			return
		}
		r, err := http.NewRequest(http.MethodPost, "http://dcs.example.com", bytes.NewReader(body))
		require.NoError(t, err)
		r.Method, r.URL, r.Host = method, u, host
		u.RawQuery = query
		r.Header = http.Header{"Content-Type": {contentType}, "X-Project-Id": {project}}
		k := key
		if derived {
			k = v11
		}
		k.SecurityToken = token

		if err := signature.Sign(r, body, k, now); err != nil {
			require.True(t, errors.Is(err, signature.ErrAmbiguous) || errors.Is(err, signature.ErrHeaderMissing), "%v", err)
			return
		}
		received, body := overTheWire(r)
		if received == nil {
			return
		}
		names := signedHeaders(t, received)
		require.NoError(t, verify(received, body, k.SecretKey, now))
		before := referenceCanonical(received, names, body)
		canonical, err := signature.Canonical(received, names, body)
		require.NoError(t, err)
		require.Equal(t, before, canonical)
		if !derived {
			require.Equal(t, referenceSignature(before, "20191115T033655Z", k.SecretKey), received.Header.Get("Authorization")[len(received.Header.Get("Authorization"))-64:])
		}

		holds := false
		part %= parts
		switch part {
		case 0:
			received.Method = changed(received.Method, at, to)
		case 1:
			if received.URL, err = url.Parse("http://dcs.example.com" + changed(u.EscapedPath(), at, to)); err != nil || received.URL.Host != "dcs.example.com" {
				return
			}
			received.URL.RawQuery = query
		case 2:
			received.URL.RawQuery = changed(received.URL.RawQuery, at, to)
		case 3:
			received.Host = changed(received.Host, at, to)
		case 4:
			received.Header.Set("Content-Type", changed(received.Header.Get("Content-Type"), at, to))
		case 5:
			received.Header.Set("X-Project-Id", changed(received.Header.Get("X-Project-Id"), at, to))
		case 6:
			received.Header.Set("X-Security-Token", changed(token, at, to))
			holds = token == "" // it was not there to be signed
		case date:
			text := changed("20191115T033655Z", at, to)
			received.Header.Set("X-Sdk-Date", text)
			holds = text == "20191115T033655Z"
		case sent:
			was := string(body)
			body = []byte(changed(was, at, to))
			holds = string(body) == was
		case authorization:
			was := received.Header.Get("Authorization")
			text := changed(was, at, to)
			received.Header.Set("Authorization", text)
			holds = text == was
			if a, err := signature.Parse(received); err == nil && a.AccessKeyID != k.AccessKeyID {
				return // the secret of another key
			}
		}
		if part < date {
			holds = holds || referenceCanonical(received, names, body) == before
		}
		err = verify(received, body, k.SecretKey, now)
		if holds && errors.Is(err, signature.ErrAmbiguous) {
			return // the reference reads what is refused
		}
		assert.Equal(t, holds, err == nil, "part %d: %v", part, err)
	})
}

// Every signature that a caller makes up is refused with a printable text, and what
// Parse returns is consistent.
func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"SDK-HMAC-SHA256 Access=AK, SignedHeaders=host;x-sdk-date, Signature=" + digits,
		"V11-HMAC-SHA256 Credential=AK/20191115/eu-west-0/dcs,SignedHeaders=x-sdk-date,Signature=" + digits,
		"SDK-HMAC-SM3 Access=AK", "Bearer token", "SDK-HMAC-SHA256", "V11-HMAC-SHA256 Credential=///,", "",
	} {
		f.Add(text, "20191115T033655Z", "")
	}
	f.Fuzz(func(t *testing.T, authorization, date, token string) {
		r := &http.Request{URL: &url.URL{Path: "/"}, Host: "h", Header: http.Header{"Authorization": {authorization}, "X-Sdk-Date": {date}, "X-Security-Token": {token}}}
		a, err := signature.Parse(r)
		if err == nil {
			assert.Contains(t, authorization, a.AccessKeyID)
			assert.NotEmpty(t, a.AccessKeyID)
			assert.Contains(t, a.SignedHeaders, "x-sdk-date")
			assert.Equal(t, date, strings.Replace(date, strings.Trim(date, " \t"), a.Date.Format("20060102T150405Z"), 1))
			assert.Equal(t, a.Algorithm == signature.AlgorithmV11, a.Region != "" && a.Service != "")
			if a.Algorithm != signature.AlgorithmV11 {
				assert.Equal(t, signature.AlgorithmSDK, a.Algorithm)
			}
			err = a.Verify(r, nil, "secret", a.Date)
		}
		if assert.Error(t, err) {
			assert.Equal(t, -1, strings.IndexFunc(err.Error(), func(c rune) bool { return !unicode.IsPrint(c) }), "%q", err)
		}
	})
}
