package client_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/client"
)

// reads are the operations whose success has a body, each with the smallest valid
// body.
var reads = map[string]struct {
	method, uri, body, least string
	call                     func(context.Context, *client.Client) error
}{
	"Nodes": {"GET", "/v2/0d6f2e5a/instances/cache_1/logical-nodes", "", `{"nodes":[]}`,
		func(ctx context.Context, c *client.Client) error {
			_, err := c.Instance(project, instance).Nodes(ctx)
			return err
		}},
	"Scan": {"POST", "/v2/0d6f2e5a/instances/cache_1/clients", `{"node_id":"node-1","clean_cache":true}`, `{"job_id":"j"}`,
		func(ctx context.Context, c *client.Client) error {
			_, err := c.Instance(project, instance).Rescan(ctx, node)
			return err
		}},
	"List": {"GET", "/v2/0d6f2e5a/instances/cache_1/clients?limit=1000&node_id=node-1&offset=0", "", `{"clients":[]}`,
		func(ctx context.Context, c *client.Client) error {
			_, err := list(ctx, c, client.ListOptions{})
			return err
		}},
	"KillAll": {"POST", "/v2/0d6f2e5a/instances/cache_1/clients/kill-all", `{"node_id":"node-1","kill_all_nodes":false}`, `{"job_id":"j"}`,
		func(ctx context.Context, c *client.Client) error {
			_, err := c.Instance(project, instance).KillAll(ctx, node)
			return err
		}},
	"Job": {"GET", "/v2/0d6f2e5a/jobs/j", "", `{"status":"RUNNING"}`,
		func(ctx context.Context, c *client.Client) error {
			_, err := c.Instance(project, "").Job(ctx, "j")
			return err
		}},
	"WaitJob": {"GET", "/v2/0d6f2e5a/jobs/j", "", `{"status":"SUCCESS"}`,
		func(ctx context.Context, c *client.Client) error {
			_, err := c.Instance(project, "").WaitJob(ctx, "j", nil)
			return err
		}},
}

var jsonType = http.Header{"Content-Type": {"application/json"}, "X-Request-Id": {"r-1"}}

// once returns a client that makes one attempt.
func once(t *testing.T, endpoint string, o client.Options) *client.Client {
	t.Helper()
	o.Retry.Attempts = 1
	c, err := client.New(endpoint, o)
	require.NoError(t, err)
	return c
}

func TestEachOperationSendsTheReferencesRequest(t *testing.T) {
	for name, op := range reads {
		t.Run(name, func(t *testing.T) {
			a := serve(t, answer(200, jsonType, op.least))
			c := once(t, a.URL+"/gateway", client.Options{UserAgent: "ops/1", Credentials: client.AccessKey(keys["a temporary key"])})
			require.NoError(t, op.call(t.Context(), c))
			require.Len(t, a.requests(), 1)
			r := a.requests()[0]
			assert.Equal(t, op.method, r.method)
			assert.Equal(t, "/gateway"+op.uri, r.uri)
			assert.Equal(t, []string{project}, r.header.Values("X-Project-Id"))
			assert.Equal(t, []string{"application/json"}, r.header.Values("Accept"))
			assert.Equal(t, []string{"ops/1"}, r.header.Values("User-Agent"))
			_, err := verify(r, a.Listener.Addr().String(), secretKey)
			assert.NoError(t, err)
			if op.body == "" {
				assert.Empty(t, r.body)
				assert.NotContains(t, r.header, "Content-Type")
				assert.NotContains(t, r.header, "Content-Length")
				return
			}
			assert.JSONEq(t, op.body, r.body)
			assert.Equal(t, []string{"application/json"}, r.header.Values("Content-Type"))
		})
	}
}
