package client_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/dcs-sessions/dcs-sessions/gen"
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
				_, err := c.Kill(t.Context(), ids[0], ids[1], ids[2], client.Addr(addr))
				assert.ErrorContains(t, err, "client: the "+[]string{"project", "instance", "node"}[at]+" id ")
				assert.NotContains(t, err.Error(), "\n")
			}
			for call, err := range otherCallsWith(t, c, id) {
				if id == "" && (call == "Scan, node" || call == "List, node") {
					continue // it may be empty: see below
				}
				_, kind, _ := strings.Cut(call, ", ")
				assert.ErrorContains(t, err, "client: the "+kind+" id ", call)
			}
		})
	}
	t.Run("no sessions", func(t *testing.T) {
		assert.EqualError(t, killAt(t.Context(), c), "client: no sessions to kill")
	})
	t.Run("a session without an address and an id", func(t *testing.T) {
		outcome, err := c.Kill(t.Context(), project, instance, node, client.Addr(addr), client.Session(gen.ClientInfo{Addr: "?:0"}))
		assert.EqualError(t, err, "client: the target 1 has neither an address nor an id")
		assert.Equal(t, client.Outcome{Results: []client.Result{client.NotKilled, client.NotKilled}}, outcome)
	})
	for _, r := range a.requests() { // those without a node, which may be
		assert.NotContains(t, r.body+r.uri, "node_id")
	}
	assert.Len(t, a.requests(), 2, "a scan, and that of a list")
	longest := strings.Repeat("a", 64)
	_, err = c.Kill(t.Context(), longest, longest, longest, client.Addr(addr))
	assert.NoError(t, err, "64 characters are allowed")
}

// otherCallsWith are the errors of all calls but Kill, with one id in each that
// is the given one.
func otherCallsWith(t *testing.T, c *client.Client, id string) map[string]error {
	errs := map[string]error{}
	for at, kind := range []string{"project", "instance", "node"} {
		ids := [3]string{project, instance, node}
		ids[at] = id
		_, errs["Scan, "+kind] = c.Scan(t.Context(), ids[0], ids[1], ids[2], false)
		_, errs["KillAll, "+kind] = c.KillAll(t.Context(), ids[0], ids[1], ids[2])
		if kind != "node" {
			_, errs["KillAllNodes, "+kind] = c.KillAllNodes(t.Context(), ids[0], ids[1])
		}
		for _, err := range c.List(t.Context(), ids[0], ids[1], ids[2], client.ListOptions{}) {
			errs["List, "+kind] = err
		}
		if kind == "node" {
			kind, ids = "job", [3]string{project, id, id}
		} else {
			_, errs["Nodes, "+kind] = c.Nodes(t.Context(), ids[0], ids[1])
		}
		if kind != "instance" {
			_, errs["Job, "+kind] = c.Job(t.Context(), ids[0], ids[1])
			_, errs["WaitJob, "+kind] = c.WaitJob(t.Context(), ids[0], ids[1], nil)
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
