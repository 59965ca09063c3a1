package client_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	dcssessions "github.com/dcs-sessions/dcs-sessions"
	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/dcs-sessions/dcs-sessions/client/clienttest"
	"github.com/dcs-sessions/dcs-sessions/validate"
)

func validating(t *testing.T, endpoint string) *client.Client {
	t.Helper()
	v, err := validate.New(dcssessions.Contract(), validate.Options{})
	require.NoError(t, err)
	c, err := client.New(endpoint, client.Options{Credentials: client.Token(token), Transport: v.Transport(nil)})
	require.NoError(t, err)
	return c
}

func answer(code int, header http.Header, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for name, values := range header {
			w.Header()[name] = values
		}
		w.WriteHeader(code)
		w.Write([]byte(body))
	}
}

func TestWhatTheContractForbidsIsRefusedUnsent(t *testing.T) {
	a := serve(t, answer(204, http.Header{"X-Request-Id": {"r-1"}}, ""))
	c := validating(t, a.URL)
	for name, bad := range map[string]string{
		"an address without a port": "10.63.238.158",
		"a host name":               "cache.example.com:6379",
		"port 0":                    "10.63.238.158:0",
	} {
		t.Run(name, func(t *testing.T) {
			err := killAt(t.Context(), c, addr, bad)
			vs := validate.AsViolations(err)
			require.Len(t, vs, 1, "%v", err)
			assert.Equal(t, validate.Request, vs[0].Direction)
			assert.Equal(t, "/client_addrs/1", vs[0].Pointer)
		})
	}
	require.Empty(t, a.requests())
	require.NoError(t, killAt(t.Context(), c, addr))
	assert.Len(t, a.requests(), 1)
}

func TestAnAnswerThatTheContractForbidsIsAnError(t *testing.T) {
	id := http.Header{"X-Request-Id": {"r-1"}, "Content-Type": {"application/json"}}
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		where  validate.Location
	}{
		"a status that is not declared": {answer(200, id, ""), validate.InStatus},
		"a redirect":                    {answer(307, http.Header{"Location": {"/elsewhere"}}, ""), validate.InStatus},
		"a header that is missing":      {answer(204, nil, ""), validate.InHeader},
		"an error without a message":    {answer(400, id, `{"error_code":"DCS.1"}`), validate.InBody},
		"an error of a gateway's shape": {answer(401, id, `{"code":"A","message":"b"}`), validate.InBody},
		"an error that is not JSON":     {answer(500, id, `oops`), validate.InBody},
	} {
		t.Run(name, func(t *testing.T) {
			a := serve(t, c.answer)
			err := killAt(t.Context(), validating(t, a.URL), addr)
			vs := validate.AsViolations(err)
			require.NotEmpty(t, vs, "%v", err)
			assert.Equal(t, validate.Response, vs[0].Direction)
			assert.Equal(t, c.where, vs[0].In)
			assert.Len(t, a.requests(), 1)
		})
	}
	t.Run("an error of the contract's is an *Error still", func(t *testing.T) {
		a := serve(t, answer(400, id, `{"error_code":"DCS.1","error_msg":"no"}`))
		assert.EqualError(t, killAt(t.Context(), validating(t, a.URL), addr),
			"400 DCS.1: no [request r-1]")
	})
}

// Both ways: what is sent, and what clienttest answers.
func TestTheContractAllowsAllThatIsSent(t *testing.T) {
	api := clienttest.New()
	defer api.Close()
	api.SetSessions(node, []client.Session{{ID: "7", Addr: addr}, {ID: "8", Addr: "/run/redis.sock:0"}})
	c := validating(t, api.URL)
	_, err := c.Instance(project, instance).Nodes(t.Context())
	require.NoError(t, err)
	_, err = c.Instance(project, instance).Scan(t.Context(), node)
	require.NoError(t, err)
	for _, o := range []client.ListOptions{{}, {Addr: "10.&=,é", Sort: "omem", Desc: true, Limit: 1}} {
		for _, err := range c.Instance(project, instance).List(t.Context(), node, o) {
			require.NoError(t, err)
		}
	}
	for _, targets := range [][]client.Target{
		client.Addrs(addr), client.Addrs(addr), {client.ID("8")}, {client.Addr(addr), client.ID("8")},
	} {
		outcome, err := c.Instance(project, instance).Kill(t.Context(), node, targets)
		require.NoError(t, err)
		assert.NotNil(t, outcome.Counts)
	}
	job, err := c.Instance(project, instance).KillAll(t.Context(), node)
	require.NoError(t, err)
	_, err = c.Instance(project, "").WaitJob(t.Context(), job, nil)
	require.NoError(t, err)
	_, err = c.Instance(project, instance).KillAll(t.Context(), client.AllNodes)
	require.NoError(t, err)
}
