package client_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/dcs-sessions/dcs-sessions/validate"
)

// waits are the times that a client would have slept. It does not sleep, and its
// jitter is the longest possible.
type waits struct {
	list []time.Duration
	now  time.Time
}

func patient(t *testing.T, endpoint string, o client.Options) (*client.Client, *waits) {
	t.Helper()
	c, err := client.New(endpoint, o)
	require.NoError(t, err)
	w := &waits{now: time.Now()}
	c.SetTime(func() time.Time { return w.now }, func(ctx context.Context, d time.Duration) error {
		w.list = append(w.list, d)
		w.now = w.now.Add(d)
		return ctx.Err()
	}, func(below time.Duration) time.Duration { return below })
	return c, w
}

// then responds to the nth request with the nth step, and to the others with 204.
func then(steps ...http.HandlerFunc) http.HandlerFunc {
	var n atomic.Int32
	return func(w http.ResponseWriter, r *http.Request) {
		if i := int(n.Add(1)) - 1; i < len(steps) {
			steps[i](w, r)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}
}

func hangUp(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) }

func TestWhichStatusesAreTriedAgain(t *testing.T) {
	again := map[int]bool{429: true, 502: true, 503: true, 504: true}
	for _, code := range []int{200, 301, 307, 400, 401, 403, 404, 405, 408, 409, 413, 415, 425, 429, 500, 501, 502, 503, 504, 505, 599} {
		t.Run(strconv.Itoa(code), func(t *testing.T) {
			a := serve(t, status(code))
			c, waits := patient(t, a.URL, client.Options{Credentials: client.Token(token)})
			var answer *client.Error
			require.ErrorAs(t, killAt(t.Context(), c, addr), &answer)
			assert.Equal(t, code, answer.Status)
			if !again[code] {
				assert.Len(t, a.requests(), 1)
				return
			}
			assert.Equal(t, []time.Duration{200 * time.Millisecond, 400 * time.Millisecond}, waits.list)
			require.Len(t, a.requests(), 3)
			for _, r := range a.requests() {
				assert.Equal(t, a.requests()[0].body, r.body)
				assert.JSONEq(t, `{"node_id":"node-1","client_addrs":["10.63.238.158:2048"]}`, r.body)
				assert.Equal(t, []string{token}, r.header.Values("X-Auth-Token"))
			}
		})
	}
}

func TestAnAttemptThatSucceedsIsTheLast(t *testing.T) {
	for name, c := range map[string]http.HandlerFunc{
		"after a 503":                    then(status(503)),
		"after a 429 and a 502":          then(status(429), status(502)),
		"after a connection that closed": then(hangUp),
		"after two":                      then(hangUp, hangUp),
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(c)
			defer server.Close()
			c, _ := patient(t, server.URL, client.Options{})
			assert.NoError(t, killAt(t.Context(), c, addr))
		})
	}
}

func TestEachAttemptIsSignedAnew(t *testing.T) {
	a := serve(t, then(status(503), status(503)))
	c, _ := patient(t, a.URL, client.Options{
		Credentials: client.AccessKey(keys["a temporary key"]),
		Retry:       client.Retry{BaseDelay: 2 * time.Second},
	})
	require.NoError(t, killAt(t.Context(), c, addr))
	require.Len(t, a.requests(), 3)
	dates := map[string]bool{}
	for _, r := range a.requests() {
		_, err := verify(r, a.Listener.Addr().String(), secretKey)
		assert.NoError(t, err)
		dates[r.header.Get("X-Sdk-Date")] = true
	}
	assert.Len(t, dates, 3)
}

func TestHowLongTheWaitsAre(t *testing.T) {
	const ms = time.Millisecond
	for name, c := range map[string]struct {
		retry client.Retry
		want  []time.Duration
	}{
		"the defaults":                           {client.Retry{}, []time.Duration{200 * ms, 400 * ms}},
		"they double up to MaxDelay":             {client.Retry{Attempts: 6, BaseDelay: 100 * ms, MaxDelay: 500 * ms}, []time.Duration{100 * ms, 200 * ms, 400 * ms, 500 * ms, 500 * ms}},
		"MaxDelay also bounds the first":         {client.Retry{Attempts: 2, BaseDelay: time.Hour, MaxDelay: ms}, []time.Duration{ms}},
		"the default of MaxDelay is ten seconds": {client.Retry{Attempts: 3, BaseDelay: 9 * time.Second}, []time.Duration{9 * time.Second, 10 * time.Second}},
		"one attempt":                            {client.Retry{Attempts: 1}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			a := serve(t, status(http.StatusServiceUnavailable))
			client, waits := patient(t, a.URL, client.Options{Retry: c.retry})
			require.Error(t, killAt(t.Context(), client, addr))
			assert.Equal(t, c.want, waits.list)
			assert.Len(t, a.requests(), len(c.want)+1)
		})
	}
}

func TestANegativeOptionIsAnError(t *testing.T) {
	for name, o := range map[string]client.Options{
		"timeout":   {Timeout: -1},
		"attempts":  {Retry: client.Retry{Attempts: -1}},
		"BaseDelay": {Retry: client.Retry{BaseDelay: -1}},
		"MaxDelay":  {Retry: client.Retry{MaxDelay: -1}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := client.New("http://127.0.0.1:1", o)
			assert.ErrorContains(t, err, "must not be negative")
			c, err := client.New("http://127.0.0.1:1", client.Options{})
			require.NoError(t, err)
			_, err = c.Instance(project, instance).Nodes(t.Context(), client.WithTimeout(o.Timeout), client.WithRetry(o.Retry))
			assert.ErrorContains(t, err, "must not be negative")
		})
	}
}

func TestRetryAfter(t *testing.T) {
	const jitter = 200 * time.Millisecond
	date := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC) // not that of the clock here
	at := func(d time.Duration) string { return date.Add(d).Format(http.TimeFormat) }
	for name, c := range map[string]struct {
		value string
		asked time.Duration
		want  []time.Duration // nil: no other attempt
	}{
		"seconds":                           {"3", 3 * time.Second, []time.Duration{3*time.Second + jitter}},
		"a date, by the server's clock":     {at(4 * time.Second), 4 * time.Second, []time.Duration{4*time.Second + jitter}},
		"a date that has passed":            {at(-time.Hour), 0, []time.Duration{jitter}},
		"the cap":                           {"10", 10 * time.Second, []time.Duration{10 * time.Second}},
		"more than the cap is no attempt":   {"11", 11 * time.Second, nil},
		"a later date is no attempt":        {at(time.Hour), time.Hour, nil},
		"as many seconds as there are":      {"4294967295", 4294967295 * time.Second, nil},
		"too many seconds are not a number": {"99999999999999999999", 0, []time.Duration{jitter}},
		"what is no time":                   {"soon", 0, []time.Duration{jitter}},
		"a negative number":                 {"-1", 0, []time.Duration{jitter}},
		"no wait":                           {"0", 0, []time.Duration{jitter}},
	} {
		t.Run(name, func(t *testing.T) {
			busy := answer(503, http.Header{"Retry-After": {c.value}, "Date": {at(0)}}, "")
			a := serve(t, busy)
			cl, waits := patient(t, a.URL, client.Options{Retry: client.Retry{Attempts: 2}})
			var got *client.Error
			require.ErrorAs(t, killAt(t.Context(), cl, addr), &got)
			assert.Equal(t, c.asked, got.RetryAfter)
			assert.Equal(t, c.want, waits.list)
			assert.Len(t, a.requests(), len(c.want)+1)
		})
	}
}

func TestTheContextComesBeforeAnotherAttempt(t *testing.T) {
	a := serve(t, answer(503, http.Header{"Retry-After": {"7200"}}, ""))
	long := client.Options{Retry: client.Retry{MaxDelay: 24 * time.Hour}}
	t.Run("no wait beyond its deadline", func(t *testing.T) {
		c, waits := patient(t, a.URL, long)
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		var got *client.Error
		require.ErrorAs(t, killAt(ctx, c, addr), &got)
		assert.Empty(t, waits.list)
	})
	t.Run("a wait within its deadline", func(t *testing.T) {
		c, waits := patient(t, a.URL, long)
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Hour)
		defer cancel()
		require.Error(t, killAt(ctx, c, addr))
		assert.Len(t, waits.list, 2)
	})
	t.Run("one that ends in a wait ends the call, and the last response is reported", func(t *testing.T) {
		c, err := client.New(a.URL, long)
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		c.SetTime(time.Now, func(ctx context.Context, d time.Duration) error {
			cancel()
			return client.Sleep(ctx, d)
		}, func(below time.Duration) time.Duration { return below })
		before := len(a.requests())
		err = killAt(ctx, c, addr)
		assert.ErrorIs(t, err, context.Canceled)
		var got *client.Error
		assert.ErrorAs(t, err, &got)
		assert.EqualError(t, err, "client: context canceled; before that: 503: Service Unavailable")
		assert.Len(t, a.requests(), before+1)
	})
}

func TestAWaitEndsWithItsTimeOrItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		assert.NoError(t, client.Sleep(t.Context(), time.Hour))
		assert.Equal(t, time.Hour, time.Since(begun))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		assert.ErrorIs(t, client.Sleep(ctx, time.Hour), context.DeadlineExceeded)
		assert.Equal(t, time.Hour+time.Minute, time.Since(begun))
	})
}

// A roundTrip is a RoundTripper that counts.
type roundTrip struct {
	n    int
	next func(*http.Request) (*http.Response, error)
}

func (rt *roundTrip) RoundTrip(r *http.Request) (*http.Response, error) {
	rt.n++
	return rt.next(r)
}

func TestWhichTransportErrorsAreTriedAgain(t *testing.T) {
	down := serve(t, status(204))
	down.Close()
	silent, _ := silent(t)
	strict := httptest.NewUnstartedServer(status(204))
	strict.TLS = &tls.Config{MinVersion: tls.VersionTLS13}
	strict.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
	strict.StartTLS()
	defer strict.Close()
	old := strict.Client().Transport.(*http.Transport).Clone()
	old.TLSClientConfig.MaxVersion = tls.VersionTLS12
	fails := func(err error) func(*http.Request) (*http.Response, error) {
		return func(*http.Request) (*http.Response, error) { return nil, err }
	}
	dial := &net.OpError{Op: "dial", Err: errors.New("refused")}
	dialsOn := func(r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		return nil, &net.OpError{Op: "dial", Err: r.Context().Err()}
	}
	for name, c := range map[string]struct {
		endpoint string
		next     func(*http.Request) (*http.Response, error)
		again    bool
		timeout  time.Duration
	}{
		"nobody listens":                        {down.URL, http.DefaultTransport.RoundTrip, true, 0},
		"the connection closes without answer":  {serve(t, hangUp).URL, http.DefaultTransport.RoundTrip, true, 0},
		"a failure that is wrapped":             {down.URL, fails(fmt.Errorf("traced: %w", dial)), true, 0},
		"a proxy that cannot be reached":        {down.URL, fails(&net.OpError{Op: "proxyconnect", Err: dial}), true, 0},
		"a proxy that refuses":                  {down.URL, fails(&net.OpError{Op: "proxyconnect", Err: errors.New("407")}), false, 0},
		"an alert of the server's TLS":          {strict.URL, old.RoundTrip, false, 0},
		"a certificate of nobody we know":       {strict.URL, http.DefaultTransport.RoundTrip, false, 0},
		"an attempt that takes too long":        {silent, http.DefaultTransport.RoundTrip, false, 20 * time.Millisecond},
		"a connection that takes too long":      {down.URL, dialsOn, false, 20 * time.Millisecond},
		"any other error":                       {down.URL, fails(errors.New("no")), false, 0},
		"what a validating transport refuses":   {down.URL, fails(validate.Violations{{Direction: validate.Request}}), false, 0},
		"and be it that its reading has failed": {down.URL, fails(validate.Violations{{Direction: validate.Request, Err: io.ErrUnexpectedEOF}}), false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			transport := &roundTrip{next: c.next}
			cl, _ := patient(t, c.endpoint, client.Options{Transport: transport, Timeout: c.timeout})
			require.Error(t, killAt(t.Context(), cl, addr))
			want := 1
			if c.again {
				want = 3
			}
			assert.Equal(t, want, transport.n)
		})
	}
}
