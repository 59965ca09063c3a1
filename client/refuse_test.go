package client_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/client"
)

func TestBadIDsAreRefusedUnsent(t *testing.T) {
	a := serve(t, status(http.StatusNoContent))
	c, err := client.New(a.URL, client.Options{})
	require.NoError(t, err)
	for name, id := range map[string]string{
		"an empty id":               "",
		"a path":                    "../admin",
		"a slash":                   "a/b",
		"an escaped slash":          "a%2Fb",
		"a dot":                     "..",
		"a query":                   "a?b",
		"a fragment":                "a#b",
		"a line break":              "a\n",
		"a letter that looks right": "аbc",
		"the template's own":        "{project_id}",
		"65 characters":             strings.Repeat("a", 65),
	} {
		t.Run(name, func(t *testing.T) {
			for _, at := range []int{0, 1, 2} {
				ids := [3]string{project, instance, node}
				ids[at] = id
				_, err := c.Instance(ids[0], ids[1]).Kill(t.Context(), ids[2], []client.Target{client.Addr(addr)})
				assert.ErrorContains(t, err, "client: the "+[]string{"project", "instance", "node"}[at]+" id ")
				assert.NotContains(t, err.Error(), "\n")
			}
			for call, err := range otherCallsWith(t, c, id) {
				_, kind, _ := strings.Cut(call, ", ")
				assert.ErrorContains(t, err, "client: the "+kind+" id ", call)
			}
		})
	}
	t.Run("no sessions", func(t *testing.T) {
		assert.EqualError(t, killAt(t.Context(), c), "client: no sessions to kill")
	})
	t.Run("a session without an address and an id", func(t *testing.T) {
		outcome, err := c.Instance(project, instance).Kill(t.Context(), node, []client.Target{client.Addr(addr), client.Session{Addr: "?:0"}.Target()})
		assert.EqualError(t, err, "client: the target 1 has neither an address nor an id")
		assert.Equal(t, client.Outcome{Results: []client.Result{client.NotKilled, client.NotKilled}}, outcome)
	})
	t.Run("all nodes, for what is about one node", func(t *testing.T) {
		const want = "client: only KillAll takes AllNodes"
		_, err := c.Instance(project, instance).Kill(t.Context(), client.AllNodes, client.Addrs(addr))
		assert.EqualError(t, err, want)
		_, err = c.Instance(project, instance).Scan(t.Context(), client.AllNodes)
		assert.EqualError(t, err, want)
		for _, err := range c.Instance(project, instance).List(t.Context(), client.AllNodes, client.ListOptions{Scanned: true}) {
			assert.EqualError(t, err, want)
		}
	})
	assert.Empty(t, a.requests())
	longest := strings.Repeat("a", 64)
	_, err = c.Instance(longest, longest).Kill(t.Context(), longest, []client.Target{client.Addr(addr)})
	assert.NoError(t, err, "64 characters are allowed")
}

// otherCallsWith are the errors of all calls but Kill, with one id in each that
// is the given one.
func otherCallsWith(t *testing.T, c *client.Client, id string) map[string]error {
	errs := map[string]error{}
	for at, kind := range []string{"project", "instance", "node"} {
		ids := [3]string{project, instance, node}
		ids[at] = id
		_, errs["Scan, "+kind] = c.Instance(ids[0], ids[1]).Scan(t.Context(), ids[2])
		_, errs["KillAll, "+kind] = c.Instance(ids[0], ids[1]).KillAll(t.Context(), ids[2])
		if kind != "node" {
			_, errs["KillAll of all nodes, "+kind] = c.Instance(ids[0], ids[1]).KillAll(t.Context(), client.AllNodes)
		}
		for _, err := range c.Instance(ids[0], ids[1]).List(t.Context(), ids[2], client.ListOptions{}) {
			errs["List, "+kind] = err
		}
		if kind == "node" {
			kind, ids = "job", [3]string{project, id, id}
		} else {
			_, errs["Nodes, "+kind] = c.Instance(ids[0], ids[1]).Nodes(t.Context())
		}
		if kind != "instance" {
			_, errs["Job, "+kind] = c.Instance(ids[0], "").Job(t.Context(), ids[1])
			_, errs["WaitJob, "+kind] = c.Instance(ids[0], "").WaitJob(t.Context(), ids[1], nil)
		}
	}
	return errs
}

func TestBadEndpoints(t *testing.T) {
	const (
		notURL = "client: the endpoint is not a URL"
		noHost = "client: the endpoint must be an http:// or https:// URL with a host"
		more   = "client: the endpoint has a user, a query or a fragment"
	)
	for name, c := range map[string]struct{ endpoint, want string }{
		"nothing":          {"", noHost},
		"no scheme":        {"dcs.example.com", noHost},
		"another scheme":   {"ftp://dcs.example.com", noHost},
		"a Unix socket":    {"unix:///run/dcs.sock", noHost},
		"no host":          {"https:///v2", noHost},
		"a port alone":     {"http://:80", noHost},
		"a control letter": {"http://dcs.example.com/\x7f", notURL},
		"no number":        {"http://dcs.example.com:port", notURL},
		"a user":           {"https://user@dcs.example.com", more},
		"a query":          {"https://dcs.example.com?a=b", more},
		"an empty query":   {"https://dcs.example.com?", more},
		"a fragment":       {"https://dcs.example.com#a", more},
	} {
		t.Run(name+" is refused", func(t *testing.T) {
			_, err := client.New(c.endpoint, client.Options{})
			assert.EqualError(t, err, c.want)
		})
	}
	for name, endpoint := range map[string]string{
		"https":             "https://dcs.example.com",
		"an IPv6 host":      "http://[::1]:8080",
		"a scheme in caps":  "HTTPS://dcs.example.com",
		"a port and a path": "http://dcs.example.com:8080/dcs/",
	} {
		t.Run(name+" is taken", func(t *testing.T) {
			_, err := client.New(endpoint, client.Options{})
			assert.NoError(t, err)
		})
	}
}
