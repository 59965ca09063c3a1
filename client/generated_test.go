package client_test

import (
	"context"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/dcs-sessions/dcs-sessions/gen"
	"github.com/dcs-sessions/dcs-sessions/gen/typedclient"
)

func pointer[T any](v T) *T { return &v }

// What is sent is put together here, for gen's builders cost several times as
// much: they say what it must be.
func TestWhatIsSentIsThatOfTheGeneratedClient(t *testing.T) {
	const server = "http://dcs.example.com/gateway/"
	for name, c := range map[string]struct {
		call func(context.Context, *client.Client) error
		want func() (*http.Request, error)
	}{
		"kill": {
			func(ctx context.Context, c *client.Client) error {
				_, err := c.Instance("p", "i").Kill(ctx, "n", []client.Target{client.Addr("1.2.3.4:5")})
				return err
			},
			func() (*http.Request, error) {
				return typedclient.NewHangUpClientsRequest(server, "p", "i", gen.HangUpClientsRequest{NodeID: "n", ClientAddrs: []string{"1.2.3.4:5"}})
			},
		},
		"kill by id": {
			func(ctx context.Context, c *client.Client) error {
				_, err := c.Instance("p", "i").Kill(ctx, "n", []client.Target{client.ID("7")})
				return err
			},
			func() (*http.Request, error) {
				return typedclient.NewHangUpClientsRequest(server, "p", "i", gen.HangUpClientsRequest{NodeID: "n", ClientIDs: []string{"7"}})
			},
		},
		"nodes": {
			func(ctx context.Context, c *client.Client) error {
				_, err := c.Instance("p", "i").Nodes(ctx)
				return err
			},
			func() (*http.Request, error) { return typedclient.NewShowNodesInformationRequest(server, "p", "i") },
		},
		"scan": {
			func(ctx context.Context, c *client.Client) error {
				_, err := c.Instance("p", "i").Rescan(ctx, "n")
				return err
			},
			func() (*http.Request, error) {
				return typedclient.NewScanClientsRequest(server, "p", "i", gen.ScanClientsRequest{NodeID: "n", CleanCache: true})
			},
		},
		"list": {
			func(ctx context.Context, c *client.Client) (err error) {
				for _, err = range c.Instance("p", "i").List(ctx, "n", client.ListOptions{Addr: "10.0.0.1:1", Sort: "age", Desc: true, Limit: 7, Scanned: true}) {
				}
				return err
			},
			func() (*http.Request, error) {
				return typedclient.NewListClientsRequest(server, "p", "i", &gen.ListClientsParams{
					NodeID: pointer("n"), Offset: pointer[int32](0), Limit: pointer[int32](7), Addr: pointer("10.0.0.1:1"),
					Sort: pointer(gen.SortField("age")), Order: pointer(gen.SortOrder("desc")),
				})
			},
		},
		"kill all": {
			func(ctx context.Context, c *client.Client) error {
				_, err := c.Instance("p", "i").KillAll(ctx, "n")
				return err
			},
			func() (*http.Request, error) {
				return typedclient.NewHangUpKillAllClientsRequest(server, "p", "i", gen.HangUpKillAllClientsRequest{NodeID: "n", KillAllNodes: false})
			},
		},
		"kill all, of all nodes": {
			func(ctx context.Context, c *client.Client) error {
				_, err := c.Instance("p", "i").KillAll(ctx, client.AllNodes)
				return err
			},
			func() (*http.Request, error) {
				return typedclient.NewHangUpKillAllClientsRequest(server, "p", "i", gen.HangUpKillAllClientsRequest{KillAllNodes: true})
			},
		},
		"job": {
			func(ctx context.Context, c *client.Client) error {
				_, err := c.Instance("p", "").Job(ctx, "j")
				return err
			},
			func() (*http.Request, error) { return typedclient.NewShowJobInfoRequest(server, "p", "j") },
		},
	} {
		t.Run(name, func(t *testing.T) {
			want, err := c.want()
			require.NoError(t, err)
			var sent *http.Request
			var body []byte
			cl, err := client.New(server, client.Options{Retry: client.Retry{Attempts: 1}, Transport: &roundTrip{next: func(r *http.Request) (*http.Response, error) {
				if sent = r; r.Body != nil {
					body, _ = io.ReadAll(r.Body)
				}
				return &http.Response{StatusCode: http.StatusTeapot, Body: http.NoBody}, nil
			}}})
			require.NoError(t, err)
			require.Error(t, c.call(t.Context(), cl))
			assert.Equal(t, want.Method, sent.Method)
			assert.Equal(t, want.URL.Path, sent.URL.Path)
			assert.Equal(t, want.URL.Query(), sent.URL.Query())
			assert.Equal(t, want.Header.Get("Content-Type"), sent.Header.Get("Content-Type"))
			if want.Body == nil {
				assert.Nil(t, sent.Body)
				return
			}
			wanted, err := io.ReadAll(want.Body)
			require.NoError(t, err)
			assert.JSONEq(t, string(wanted), string(body))
		})
	}
}
