package client_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/client"
)

func TestErrors(t *testing.T) {
	for name, c := range map[string]struct {
		body string
		want client.Error // of a 400 with request id r-1
		text string
	}{
		"the API's shape": {
			body: `{"error_code":"DCS.4957","error_msg":"This operation is not allowed.","error_ext_msg":"a task runs"}`,
			want: client.Error{Code: "DCS.4957", Message: "This operation is not allowed.", Details: "a task runs"},
			text: "400 DCS.4957: This operation is not allowed. (a task runs) [request r-1]",
		},
		"the API's shape without details": {
			body: `{"error_code":"DCS.4957","error_msg":"no"}`,
			want: client.Error{Code: "DCS.4957", Message: "no"},
			text: "400 DCS.4957: no [request r-1]",
		},
		"a gateway's flat shape": {
			body: `{"code":"APIGW.0301","message":"Incorrect IAM authentication information"}`,
			want: client.Error{Code: "APIGW.0301", Message: "Incorrect IAM authentication information"},
			text: "400 APIGW.0301: Incorrect IAM authentication information [request r-1]",
		},
		"a nested shape": {
			body: `{"error":{"code":"IAM.1","message":"nested"}}`,
			want: client.Error{Code: "IAM.1", Message: "nested"},
			text: "400 IAM.1: nested [request r-1]",
		},
		"the API's shape, nested": {
			body: `{"error":{"error_code":"DCS.1","error_msg":"nested"}}`,
			want: client.Error{Code: "DCS.1", Message: "nested"},
			text: "400 DCS.1: nested [request r-1]",
		},
		"a word for an error": {
			body: `{"error":"nope"}`,
			want: client.Error{Message: "Bad Request", Details: `{"error":"nope"}`},
			text: `400: Bad Request ({"error":"nope"}) [request r-1]`,
		},
		"a code without a message": {
			body: `{"error_code":"DCS.1"}`,
			want: client.Error{Code: "DCS.1", Message: "Bad Request", Details: `{"error_code":"DCS.1"}`},
			text: `400 DCS.1: Bad Request ({"error_code":"DCS.1"}) [request r-1]`,
		},
		"a message of white space and control characters": {
			body: `{"error_msg":" \u0000\u001b "}`,
			want: client.Error{Message: "Bad Request", Details: `{"error_msg":" \u0000\u001b "}`},
			text: `400: Bad Request ({"error_msg":" \u0000\u001b "}) [request r-1]`,
		},
		"not JSON": {
			body: "<html>\r\n<h1>Bad gateway</h1>",
			want: client.Error{Message: "Bad Request", Details: "<html>  <h1>Bad gateway</h1>"},
			text: "400: Bad Request (<html>  <h1>Bad gateway</h1>) [request r-1]",
		},
		"an excerpt is bounded and ends on a whole character": {
			body: strings.Repeat("a", 255) + "éb",
			want: client.Error{Message: "Bad Request", Details: strings.Repeat("a", 255)},
			text: "400: Bad Request (" + strings.Repeat("a", 255) + ") [request r-1]",
		},
		"JSON that is too long": {
			body: `{"error_msg":"` + strings.Repeat("a", 1<<20) + `"}`,
			want: client.Error{Message: "Bad Request", Details: `{"error_msg":"` + strings.Repeat("a", 242)},
			text: `400: Bad Request ({"error_msg":"` + strings.Repeat("a", 242) + ") [request r-1]",
		},
		"null": {
			body: "null",
			want: client.Error{Message: "Bad Request", Details: "null"},
			text: "400: Bad Request (null) [request r-1]",
		},
		"truncated JSON": {
			body: `{"error_code":"DCS.4957","error_m`,
			want: client.Error{Message: "Bad Request", Details: `{"error_code":"DCS.4957","error_m`},
			text: `400: Bad Request ({"error_code":"DCS.4957","error_m) [request r-1]`,
		},
		"no body": {
			want: client.Error{Message: "Bad Request"},
			text: "400: Bad Request [request r-1]",
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("X-Request-Id", "r-1")
				w.WriteHeader(http.StatusBadRequest)
				w.Write([]byte(c.body))
			})
			var got *client.Error
			err := kill(t, a.URL, client.Options{})
			require.ErrorAs(t, err, &got)
			c.want.Status, c.want.RequestID = http.StatusBadRequest, "r-1"
			assert.Equal(t, c.want, *got)
			assert.EqualError(t, err, c.text)
		})
	}
}

func TestTheRequestIDIsTheHeadersOrTheBodys(t *testing.T) {
	for name, c := range map[string]struct{ header, body, want string }{
		"the header's":           {"r-1", `{"error_msg":"x","request_id":"r-2"}`, "400: x [request r-1]"},
		"the body's":             {"", `{"error_msg":"x","request_id":"r-2"}`, "400: x [request r-2]"},
		"the nested error's":     {"", `{"error":{"message":"x","request_id":"r-3"}}`, "400: x [request r-3]"},
		"none":                   {"", `{"error_msg":"x"}`, "400: x"},
		"not what is no word":    {"\u202e\u2028", `{"error_msg":"x"}`, "400: x"},
		"the body's, in one row": {"", `{"error_msg":"x","request_id":"r\n4"}`, "400: x [request r 4]"},
	} {
		t.Run(name, func(t *testing.T) {
			a := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("X-Request-Id", c.header)
				w.WriteHeader(http.StatusBadRequest)
				w.Write([]byte(c.body))
			})
			assert.EqualError(t, kill(t, a.URL, client.Options{}), c.want)
		})
	}
}

func TestAStatusWithoutANameHasAMessage(t *testing.T) {
	a := serve(t, status(599))
	assert.EqualError(t, kill(t, a.URL, client.Options{}), "599: an unexpected status")
}

// What a stranger sent must write no lines, colors or reversed text of its own.
func TestControlCharactersNeverSurvive(t *testing.T) {
	const hostile = "a\u0000b\u001b[31mc\r\nd\u0085e\u009bf\u007fg\u202eh\u2028i\u200bj"
	escaped := `a\u0000b\u001b[31mc\r\nd\u0085e\u009bf\u007fg\u202eh\u2028i\u200bj`
	for name, body := range map[string]string{
		"in a code, a message, details and a request id": `{"error_code":"` + escaped + `","error_msg":"` + escaped +
			`","error_ext_msg":"` + escaped + `","request_id":"` + escaped + `"}`,
		"in a nested error":     `{"error":{"code":"` + escaped + `","message":"` + escaped + `"}}`,
		"in an excerpt":         hostile,
		"in bytes, not letters": "a\xff\x9b\x1bb",
	} {
		t.Run(name, func(t *testing.T) {
			a := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusBadGateway)
				w.Write([]byte(body))
			})
			text := kill(t, a.URL, client.Options{}).Error()
			assert.Contains(t, text, "a ")
			for _, r := range text {
				assert.True(t, unicode.IsPrint(r) && r != unicode.ReplacementChar, "%U in %q", r, text)
			}
		})
	}
}

func TestAnErrorMatchesWhatItMeans(t *testing.T) {
	targets := []error{
		client.ErrUnauthorized, client.ErrForbidden, client.ErrNotFound, client.ErrBusy,
		client.ErrThrottled, client.ErrUnavailable, client.ErrProtected, client.ErrReplaced,
	}
	for name, c := range map[string]struct {
		err       client.Error
		retryable bool
		is        error
	}{
		"400":                          {err: client.Error{Status: 400}},
		"401":                          {err: client.Error{Status: 401}, is: client.ErrUnauthorized},
		"403":                          {err: client.Error{Status: 403}, is: client.ErrForbidden},
		"404":                          {err: client.Error{Status: 404}, is: client.ErrNotFound},
		"409":                          {err: client.Error{Status: 409}, is: client.ErrBusy},
		"413":                          {err: client.Error{Status: 413}},
		"429":                          {err: client.Error{Status: 429}, retryable: true, is: client.ErrThrottled},
		"500":                          {err: client.Error{Status: 500}, retryable: true},
		"501":                          {err: client.Error{Status: 501}},
		"502":                          {err: client.Error{Status: 502}, retryable: true},
		"503":                          {err: client.Error{Status: 503}, retryable: true, is: client.ErrUnavailable},
		"504":                          {err: client.Error{Status: 504}, retryable: true},
		"307":                          {err: client.Error{Status: 307}},
		"an unknown node":              {err: client.Error{Status: 400, Code: "DCS.3053"}, is: client.ErrNotFound},
		"a node that is not found":     {err: client.Error{Status: 500, Code: "DCS.5053"}, is: client.ErrNotFound},
		"a kill-all that runs":         {err: client.Error{Status: 400, Code: "DCS.4957"}, is: client.ErrBusy},
		"a state that does not allow":  {err: client.Error{Status: 400, Code: "DCS.4026"}},
		"the code of an unknown state": {err: client.Error{Status: 500, Code: "DCS.5000"}, retryable: true},
		"a protected session":          {err: client.Error{Status: 400, Code: "DCS.4800", Details: "Protected: 10.0.0.1:1."}, is: client.ErrProtected},
		"another invalid request":      {err: client.Error{Status: 400, Code: "DCS.4800", Details: "/node_id: Protected: no"}},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.retryable, c.err.Retryable(), "retryable")
			for _, target := range targets {
				assert.Equal(t, target == c.is, errors.Is(&c.err, target), target)
			}
		})
	}
}

func TestAClockThatIsOffIsReported(t *testing.T) {
	now := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	const skew, other = `{"error_code":"APIGW.0303","error_msg":"off"}`, `{"error_code":"DCS.1001","error_msg":"no"}`
	for name, c := range map[string]struct {
		server time.Duration // what the server's clock is ahead of ours
		body   string
		want   time.Duration
		text   string
	}{
		"20 minutes behind":                   {20 * time.Minute, other, -20 * time.Minute, "401 DCS.1001: no; the clock here is 20m0s behind the server's"},
		"20 minutes ahead":                    {-20 * time.Minute, other, 20 * time.Minute, "401 DCS.1001: no; the clock here is 20m0s ahead of the server's"},
		"15 minutes are allowed":              {15 * time.Minute, other, 0, "401 DCS.1001: no"},
		"a second more is not":                {15*time.Minute + time.Second, other, -15*time.Minute - time.Second, "401 DCS.1001: no; the clock here is 15m1s behind the server's"},
		"the code of a skew, and how much":    {-15 * time.Minute, skew, 15 * time.Minute, "401 APIGW.0303: off; the clock here is 15m0s ahead of the server's"},
		"the code of a skew that is not seen": {0, skew, 0, "401 APIGW.0303: off"},
	} {
		t.Run(name, func(t *testing.T) {
			a := serve(t, answer(401, http.Header{"Date": {now.Add(c.server).Format(http.TimeFormat)}}, c.body))
			cl, waits := patient(t, a.URL, client.Options{Credentials: client.AccessKey(keys["a permanent key"])})
			waits.now = now
			err := killAt(t.Context(), cl, addr)
			assert.EqualError(t, err, c.text)
			var got *client.Error
			require.ErrorAs(t, err, &got)
			assert.Equal(t, c.want, got.ClockSkew)
		})
	}
	t.Run("a date that is none", func(t *testing.T) {
		a := serve(t, answer(401, http.Header{"Date": {"today"}}, skew))
		assert.EqualError(t, kill(t, a.URL, client.Options{}), "401 APIGW.0303: off")
	})
}
