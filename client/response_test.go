package client_test

import (
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/client"
)

func TestOnly200IsSuccessOfWhatIsRead(t *testing.T) {
	for name, op := range reads {
		for _, code := range []int{201, 202, 204, 206, 301, 302, 303, 304, 307, 308, 400, 404, 500} {
			t.Run(name+" takes no "+strconv.Itoa(code), func(t *testing.T) {
				body := op.least
				if code == 204 || code == 304 {
					body = ""
				}
				header := jsonType.Clone()
				header.Set("Location", "/elsewhere")
				a := serve(t, answer(code, header, body))
				var got *client.Error
				require.ErrorAs(t, op.call(t.Context(), once(t, a.URL, client.Options{})), &got)
				assert.Equal(t, code, got.Status)
				assert.Equal(t, "r-1", got.RequestID)
				assert.Len(t, a.requests(), 1)
			})
		}
	}
}

func TestASuccessThatCannotBeUsedIsAnError(t *testing.T) {
	for name, c := range map[string]struct{ contentType, body, want string }{
		"no body":           {"application/json", "", "200: the response is not the JSON that it should be: unexpected end of JSON input [request r-1]"},
		"a page of HTML":    {"text/html; charset=utf-8", "<html>\n\x1b[31m", `200: the response has Content-Type "text/html", not JSON (<html>  [31m) [request r-1]`},
		"no Content-Type":   {"", `{}`, `200: the response has Content-Type "", not JSON ({}) [request r-1]`},
		"text that is JSON": {"text/plain", `{}`, `200: the response has Content-Type "text/plain", not JSON ({}) [request r-1]`},
		"HTML that says no": {"application/json", "<html>", "200: the response is not the JSON that it should be: invalid character '<' looking for beginning of value (<html>) [request r-1]"},
		"JSON and more":     {"application/json", "{}{}", "200: the response is not the JSON that it should be: invalid character '{' after top-level value ({}{}) [request r-1]"},
		"half of it":        {"application/json", `{"job_id":"j`, `200: the response is not the JSON that it should be: unexpected end of JSON input ({"job_id":"j) [request r-1]`},
	} {
		for op, o := range reads {
			t.Run(op+" answered with "+name, func(t *testing.T) {
				header := jsonType.Clone()
				header["Content-Type"] = []string{c.contentType}
				a := serve(t, answer(200, header, c.body))
				cl, _ := patient(t, a.URL, client.Options{})
				err := o.call(t.Context(), cl)
				assert.EqualError(t, err, c.want)
				var got *client.Error
				require.ErrorAs(t, err, &got)
				assert.False(t, got.Retryable())
				assert.Len(t, a.requests(), 1, "another attempt would end alike")
			})
		}
	}
}

func TestASuccessIsBounded(t *testing.T) {
	long := strings.Repeat(" ", 16<<20)
	t.Run("16 MiB are taken", func(t *testing.T) {
		a := serve(t, answer(200, jsonType, `{"job_id":"j"}`+long[14:]))
		_, err := once(t, a.URL, client.Options{}).Instance(project, instance).Scan(t.Context(), node)
		assert.NoError(t, err)
	})
	t.Run("no more is read of an endless one", func(t *testing.T) {
		body := &endless{}
		c := once(t, "http://dcs.example.com", client.Options{Transport: &roundTrip{next: func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Header: jsonType, Body: io.NopCloser(body)}, nil
		}}})
		_, err := c.Instance(project, instance).Nodes(t.Context())
		assert.EqualError(t, err, "200: the response is over 16 MiB [request r-1]")
		assert.Equal(t, 16<<20+1, body.read)
	})
	t.Run("the bound is on what is unpacked", func(t *testing.T) {
		a := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Encoding", "gzip")
			z, _ := gzip.NewWriterLevel(w, gzip.BestSpeed)
			io.WriteString(z, "{}"+long)
			z.Close()
		})
		_, err := once(t, a.URL, client.Options{}).Instance(project, instance).Nodes(t.Context())
		assert.EqualError(t, err, "200: the response is over 16 MiB")
	})
}

// endless counts what was read of it, up to 64 MiB.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	if e.read >= 64<<20 {
		return 0, io.EOF
	}
	e.read += len(p)
	return len(p), nil
}

func TestASuccessMustHaveWhatItIsFor(t *testing.T) {
	for name, c := range map[string]struct{ op, body, want string }{
		"no nodes":                         {"Nodes", `{}`, "200: the response lacks nodes ({}) [request r-1]"},
		"nodes that are counted only":      {"Nodes", `{"total":1,"nodes":null}`, `200: the response lacks nodes ({"total":1,"nodes":null}) [request r-1]`},
		"a null":                           {"Nodes", `null`, "200: the response lacks nodes (null) [request r-1]"},
		"none of no nodes":                 {"Nodes", `{"total":0}`, ""},
		"no list":                          {"List", `{}`, "200: the response lacks clients ({}) [request r-1]"},
		"sessions that are counted only":   {"List", `{"count":1}`, `200: the response lacks clients ({"count":1}) [request r-1]`},
		"none of no sessions":              {"List", `{"count":0,"clients":null}`, ""},
		"a list of another form":           {"List", `[]`, "200: the response is not the JSON that it should be: json: cannot unmarshal array into Go value of type client.page ([]) [request r-1]"},
		"a job without an id":              {"Scan", `{"id":"j"}`, `200: the response lacks a usable job_id ({"id":"j"}) [request r-1]`},
		"an id that is empty":              {"KillAll", `{"job_id":""}`, `200: the response lacks a usable job_id ({"job_id":""}) [request r-1]`},
		"an id that would be another path": {"KillAll", `{"job_id":"../x"}`, `200: the response lacks a usable job_id ({"job_id":"../x"}) [request r-1]`},
		"a job without a status":           {"Job", `{"job_id":"j"}`, `200: the response lacks status ({"job_id":"j"}) [request r-1]`},
		"a status that is null":            {"WaitJob", `{"status":null}`, `200: the response lacks status ({"status":null}) [request r-1]`},
		"fields that nobody knows":         {"Job", `{"status":"FAIL","entities":{"a":[1]}}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			a := serve(t, answer(200, jsonType, c.body))
			err := reads[c.op].call(t.Context(), once(t, a.URL, client.Options{}))
			if c.want == "" {
				assert.NoError(t, err)
				return
			}
			assert.EqualError(t, err, c.want)
		})
	}
	for _, contentType := range []string{"application/json;charset=UTF-8", "Application/JSON", "application/json; charset"} {
		t.Run("the type "+contentType+" is JSON", func(t *testing.T) {
			a := serve(t, answer(200, http.Header{"Content-Type": {contentType}}, `{"nodes":[]}`))
			_, err := once(t, a.URL, client.Options{}).Instance(project, instance).Nodes(t.Context())
			assert.NoError(t, err)
		})
	}
}

func TestWhatEachOperationTriesAgain(t *testing.T) {
	halved := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", "100")
		w.Write([]byte(`{"nodes":[`))
	}
	for what, c := range map[string]struct {
		first http.HandlerFunc
		also  bool // KillAll too
	}{
		"a 429": {status(429), true},
		"a 503": {status(503), true},
		"a 502": {status(502), false},
		"a 504": {status(504), false},
		"a connection that closes without answer": {hangUp, false},
		"a connection that closes in an answer":   {halved, false},
	} {
		for name, op := range reads {
			t.Run(name+" after "+what, func(t *testing.T) {
				a := serve(t, then(c.first, answer(200, jsonType, op.least)))
				cl, _ := patient(t, a.URL, client.Options{Credentials: client.AccessKey(keys["a permanent key"])})
				err := op.call(t.Context(), cl)
				if name == "KillAll" && !c.also {
					assert.Error(t, err)
					assert.Len(t, a.requests(), 1)
					return
				}
				assert.NoError(t, err)
				require.Len(t, a.requests(), 2)
				for _, r := range a.requests() {
					assert.Equal(t, a.requests()[0].body, r.body)
					_, err := verify(r, a.Listener.Addr().String(), secretKey)
					assert.NoError(t, err)
				}
			})
		}
	}
}

// What half an answer said is not in the whole one that follows.
func TestAnAnswerThatBreaksOffIsForgotten(t *testing.T) {
	a := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Request-Id", "r-1")
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", "100")
		w.Write([]byte(`{"job_id":"a"`))
	})
	job, err := once(t, a.URL, client.Options{}).Instance(project, instance).Scan(t.Context(), node)
	assert.EqualError(t, err, "200: the response broke off: unexpected EOF [request r-1]")
	assert.Empty(t, job)
	var got *client.Error
	assert.ErrorAs(t, err, &got)
}

func TestAnAnswerMayEndWithItsContextOrTime(t *testing.T) {
	stalls := func(begun chan struct{}) *api {
		end := make(chan struct{})
		a := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Write([]byte("{"))
			w.(http.Flusher).Flush()
			close(begun)
			<-end
		})
		t.Cleanup(func() { close(end) })
		return a
	}
	t.Run("the context", func(t *testing.T) {
		begun := make(chan struct{})
		a := stalls(begun)
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			<-begun
			time.Sleep(10 * time.Millisecond) // for the body to be read
			cancel()
		}()
		c, _ := patient(t, a.URL, client.Options{})
		_, err := c.Instance(project, instance).Nodes(ctx)
		assert.ErrorIs(t, err, context.Canceled)
		assert.Len(t, a.requests(), 1)
	})
	t.Run("the timeout", func(t *testing.T) {
		a := stalls(make(chan struct{}))
		c, _ := patient(t, a.URL, client.Options{Timeout: 50 * time.Millisecond})
		_, err := c.Instance(project, instance).Nodes(t.Context())
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.NotErrorIs(t, err, context.Canceled)
		assert.Len(t, a.requests(), 1)
	})
}

func TestAContextThatHasEndedComesFirst(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, op := range reads {
		t.Run(name, func(t *testing.T) {
			// this transport does not look at the context
			transport := &roundTrip{next: func(*http.Request) (*http.Response, error) { return nil, io.EOF }}
			own := &failing{}
			c, err := client.New("http://dcs.example.com", client.Options{Transport: transport, Credentials: own})
			require.NoError(t, err)
			assert.ErrorIs(t, op.call(ctx, c), context.Canceled)
			assert.Zero(t, transport.n)
			assert.Zero(t, own.asked)
		})
	}
}

func TestNoSecretIsInTheErrorOfASuccess(t *testing.T) {
	for name, echo := range map[string]http.HandlerFunc{
		"in the body": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Write([]byte(`{"header":"` + r.Header.Get("X-Auth-Token") + `"}`))
		},
		"in what is no JSON": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.Write([]byte(`X-Auth-Token: ` + r.Header.Get("X-Auth-Token")))
		},
		"in the type and the request's id": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/"+r.Header.Get("X-Auth-Token"))
			w.Header().Set("X-Request-Id", r.Header.Get("X-Auth-Token"))
		},
	} {
		for op, o := range reads {
			t.Run(op+" "+name, func(t *testing.T) {
				a := serve(t, echo)
				err := o.call(t.Context(), once(t, a.URL, client.Options{Credentials: client.Token("miif-a-secret")}))
				require.ErrorContains(t, err, "***")
				assert.NotContains(t, err.Error(), "miif-a-secret")
			})
		}
	}
}
