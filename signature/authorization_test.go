package signature_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/signature"
)

var digits = strings.Repeat("0a", 32)

func withAuthorization(values ...string) *http.Request {
	return &http.Request{Header: http.Header{"Authorization": values, "X-Sdk-Date": {"20191115T033655Z"}}}
}

func TestParse(t *testing.T) {
	r := withAuthorization("SDK-HMAC-SHA256 Access=AK, SignedHeaders=host;x-sdk-date;a, Signature=" + digits)
	r.Header.Set("X-Security-Token", "token")
	a, err := signature.Parse(r)
	require.NoError(t, err)
	assert.Equal(t, "SDK-HMAC-SHA256", a.Algorithm)
	assert.Equal(t, "AK", a.AccessKeyID)
	assert.Empty(t, a.Region+a.Service)
	assert.True(t, now.Equal(a.Date))
	assert.Equal(t, []string{"host", "x-sdk-date", "a"}, a.SignedHeaders)
	assert.Equal(t, "token", a.SecurityToken)

	a, err = signature.Parse(withAuthorization("V11-HMAC-SHA256 Credential=AK/20191115/eu-west-0/dcs, SignedHeaders=x-sdk-date, Signature=" + digits))
	require.NoError(t, err)
	assert.Equal(t, []string{"V11-HMAC-SHA256", "AK", "eu-west-0", "dcs"}, []string{a.Algorithm, a.AccessKeyID, a.Region, a.Service})
	assert.Empty(t, a.SecurityToken)
}

func TestAnAuthorizationShowsNoSignature(t *testing.T) {
	r := withAuthorization("SDK-HMAC-SHA256 Access=AK, SignedHeaders=x-sdk-date, Signature=" + digits)
	r.Header.Set("X-Security-Token", "hunter2")
	a, err := signature.Parse(r)
	require.NoError(t, err)
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("", "pointer", a, "value", *a)
	slog.New(slog.NewTextHandler(&log, nil)).Info("", "pointer", a, "value", *a)
	for _, text := range []string{fmt.Sprintf("%v %+v %#v %d", a, a, a, a), fmt.Sprintf("%v %+v %#v %d", *a, *a, *a, *a), log.String()} {
		assert.Equal(t, 4, strings.Count(text, "SDK-HMAC-SHA256 Access=AK"))
		assert.NotContains(t, text, digits[:8])
		assert.NotContains(t, text, "hunter2")
	}
}

func TestSpacesAfterCommasAreOptional(t *testing.T) {
	for _, text := range []string{
		"SDK-HMAC-SHA256 Access=AK,SignedHeaders=x-sdk-date,Signature=" + digits,
		"SDK-HMAC-SHA256 Access=AK,  SignedHeaders=x-sdk-date,  Signature=" + digits,
		"  SDK-HMAC-SHA256   Access=AK, SignedHeaders=x-sdk-date, Signature=" + digits + " ",
	} {
		_, err := signature.Parse(withAuthorization(text))
		assert.NoError(t, err, text)
	}
}

func TestTheErrorNamesAnUnsupportedAlgorithm(t *testing.T) {
	for _, name := range []string{"SDK-HMAC-SM3", "SDK-SM2-SM3", "SDK-ECDSA-P256-SHA256", "sdk-hmac-sha256", "SDK-HMAC-SHA256x", "AWS4-HMAC-SHA256", "Bearer", "Basic"} {
		for _, text := range []string{name + " Access=AK, SignedHeaders=x-sdk-date, Signature=" + digits, name + " hunter2"} {
			_, err := signature.Parse(withAuthorization(text))
			var unsupported *signature.UnsupportedAlgorithmError
			require.ErrorAs(t, err, &unsupported)
			assert.Equal(t, name, unsupported.Name)
			assert.EqualError(t, err, "the algorithm "+name+" is not supported: use SDK-HMAC-SHA256 or V11-HMAC-SHA256")
		}
	}
}

func TestARequestWithoutAuthorizationIsNotSigned(t *testing.T) {
	for _, r := range []*http.Request{{}, withAuthorization(), withAuthorization(""), withAuthorization(" ")} {
		_, err := signature.Parse(r)
		assert.Equal(t, signature.ErrMissing, err)
	}
}

func TestAMalformedAuthorizationIsRefused(t *testing.T) {
	const sdk, v11 = "SDK-HMAC-SHA256 ", "V11-HMAC-SHA256 "
	after := ", SignedHeaders=x-sdk-date, Signature=" + digits
	for name, text := range map[string]string{
		"an algorithm alone":                 "SDK-HMAC-SHA256",
		"a secret alone":                     "hunter2",
		"a long secret with a space":         strings.Repeat("hunter2", 5) + " x",
		"an algorithm that is no word":       "hunter2, x",
		"no access key":                      sdk + "SignedHeaders=x-sdk-date, Signature=" + digits,
		"an empty access key":                sdk + "Access=" + after,
		"an access key with a space":         sdk + "Access=A K" + after,
		"an access key with a slash":         sdk + "Access=A/K" + after,
		"a space before a comma":             sdk + "Access=AK " + after,
		"the other algorithm's access key":   v11 + "Access=AK" + after,
		"the older form with a credential":   sdk + "Credential=AK/20191115/r/s/sdk_request" + after,
		"a field in upper case":              sdk + "ACCESS=AK" + after,
		"a field twice":                      sdk + "Access=AK, Access=AK" + after,
		"another order":                      sdk + "SignedHeaders=x-sdk-date, Access=AK, Signature=" + digits,
		"no signed headers":                  sdk + "Access=AK, Signature=" + digits,
		"empty signed headers":               sdk + "Access=AK, SignedHeaders=, Signature=" + digits,
		"an empty name":                      sdk + "Access=AK, SignedHeaders=x-sdk-date;, Signature=" + digits,
		"a name with a colon":                sdk + "Access=AK, SignedHeaders=x-sdk-date;a:b, Signature=" + digits,
		"a name in upper case":               sdk + "Access=AK, SignedHeaders=x-sdk-date;Host, Signature=" + digits,
		"a name twice":                       sdk + "Access=AK, SignedHeaders=host;x-sdk-date;host, Signature=" + digits,
		"a date that is not signed":          sdk + "Access=AK, SignedHeaders=host, Signature=" + digits,
		"more than a header should hold":     sdk + "Access=" + strings.Repeat("A", 8<<10) + after,
		"no signature":                       sdk + "Access=AK, SignedHeaders=x-sdk-date",
		"an empty signature":                 sdk + "Access=AK, SignedHeaders=x-sdk-date, Signature=",
		"a signature that is too short":      sdk + "Access=AK" + after[:len(after)-2],
		"a signature that is too long":       sdk + "Access=AK" + after + "00",
		"a signature in upper case":          sdk + "Access=AK" + after[:len(after)-1] + "A",
		"a signature that is not hex":        sdk + "Access=AK" + after[:len(after)-1] + "g",
		"something after the signature":      sdk + "Access=AK" + after + ", more=x",
		"a comma after the signature":        sdk + "Access=AK" + after + ",",
		"a credential of one part":           v11 + "Credential=AK" + after,
		"a credential of two parts":          v11 + "Credential=AK/20191115" + after,
		"a credential of three parts":        v11 + "Credential=AK/20191115/r" + after,
		"a credential of five parts":         v11 + "Credential=AK/20191115/r/s/x" + after,
		"a credential without a region":      v11 + "Credential=AK/20191115//s" + after,
		"a credential without a service":     v11 + "Credential=AK/20191115/r/" + after,
		"a credential without an access key": v11 + "Credential=/20191115/r/s" + after,
		"a credential of another day":        v11 + "Credential=AK/20191116/r/s" + after,
		"a credential of half a day":         v11 + "Credential=AK/2019111/r/s" + after,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := signature.Parse(withAuthorization(text))
			assert.ErrorIs(t, err, signature.ErrMalformed)
			assert.NotContains(t, err.Error(), "hunter2")
			assert.NotContains(t, err.Error(), digits[:60])
		})
	}
}

func TestSixtyFourHeadersMayBeSigned(t *testing.T) {
	names := "x-sdk-date"
	for i := range 63 {
		names += ";x-" + strconv.Itoa(i)
	}
	a, err := signature.Parse(withAuthorization("SDK-HMAC-SHA256 Access=AK, SignedHeaders=" + names + ", Signature=" + digits))
	require.NoError(t, err)
	assert.Equal(t, names, strings.Join(a.SignedHeaders, ";"))
	_, err = signature.Parse(withAuthorization("SDK-HMAC-SHA256 Access=AK, SignedHeaders=" + names + ";one-more, Signature=" + digits))
	assert.EqualError(t, err, "the signature is malformed: SignedHeaders has too many names")
}

func TestTheErrorSaysWhatIsMalformed(t *testing.T) {
	for text, want := range map[string]string{
		"SDK-HMAC-SHA256 Credential=AK/20191115/r/s/sdk_request, SignedHeaders=x-sdk-date": "Authorization does not name an access key in the form of SDK-HMAC-SHA256",
		"SDK-HMAC-SHA256 Access=AK, Signature=" + digits:                                   "Authorization has no SignedHeaders, followed by a comma, after the access key",
		"SDK-HMAC-SHA256 Access=AK, SignedHeaders=x-sdk-date":                              "Authorization has no SignedHeaders, followed by a comma, after the access key",
		"SDK-HMAC-SHA256 Access=AK, SignedHeaders=x-sdk-date, Signature=":                  "Authorization does not end with a Signature of 64 lower-case hex digits",
		"SDK-HMAC-SHA256 Access=AK, SignedHeaders=host, Signature=":                        "X-Sdk-Date is not among the SignedHeaders",
	} {
		_, err := signature.Parse(withAuthorization(text))
		assert.EqualError(t, err, "the signature is malformed: "+want)
	}
}

func TestTheDateHasOneFormat(t *testing.T) {
	for name, c := range map[string]struct {
		dates []string
		want  error
	}{
		"no date":               {nil, signature.ErrHeaderMissing},
		"an empty date":         {[]string{""}, signature.ErrHeaderMissing},
		"two dates":             {[]string{"20191115T033655Z", "20191115T033655Z"}, signature.ErrAmbiguous},
		"RFC 3339":              {[]string{"2019-11-15T03:36:55Z"}, signature.ErrMalformed},
		"an HTTP date":          {[]string{"Fri, 15 Nov 2019 03:36:55 GMT"}, signature.ErrMalformed},
		"a fraction":            {[]string{"20191115T033655.5Z"}, signature.ErrMalformed},
		"another zone":          {[]string{"20191115T033655+01"}, signature.ErrMalformed},
		"a day that is none":    {[]string{"20191131T033655Z"}, signature.ErrMalformed},
		"a second that is none": {[]string{"20191115T033660Z"}, signature.ErrMalformed},
		"lower case":            {[]string{"20191115t033655z"}, signature.ErrMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			r := withAuthorization("SDK-HMAC-SHA256 Access=AK, SignedHeaders=x-sdk-date, Signature=" + digits)
			r.Header["X-Sdk-Date"] = c.dates
			_, err := signature.Parse(r)
			assert.ErrorIs(t, err, c.want)
		})
	}
}

func TestARepeatedHeaderIsAmbiguous(t *testing.T) {
	text := "SDK-HMAC-SHA256 Access=AK, SignedHeaders=x-sdk-date, Signature=" + digits
	_, err := signature.Parse(withAuthorization(text, text))
	assert.ErrorIs(t, err, signature.ErrAmbiguous)
	r := withAuthorization(text)
	r.Header["X-Security-Token"] = []string{"a", "a"}
	_, err = signature.Parse(r)
	assert.ErrorIs(t, err, signature.ErrAmbiguous)
}

func TestAFailureReturnsNoAuthorization(t *testing.T) {
	r := withAuthorization("SDK-HMAC-SHA256 Access=AK, SignedHeaders=x-sdk-date, Signature=" + digits)
	r.Header.Set("X-Sdk-Date", "today")
	a, err := signature.Parse(r)
	assert.Nil(t, a)
	assert.ErrorIs(t, err, signature.ErrMalformed)
}
