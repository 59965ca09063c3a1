package compat

import (
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/basic"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/config"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/def"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/httphandler"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/sdkerr"
	dcs "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/dcs/v2"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/dcs/v2/model"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A caller is the SDK's client, with what its hooks report.
type caller struct {
	*dcs.DcsClient
	t      *testing.T
	server *process
	sent   http.Header // of the last request
	query  string      // of the last request, as it was sent
	header http.Header // of the last response
	body   []byte      // of the last response, for what the SDK's error leaves out
}

// call returns a client of p with k. The options change how the SDK is built.
func (p *process) call(t *testing.T, k key, options ...func(*basic.CredentialsBuilder, *core.HcHttpClientBuilder)) *caller {
	t.Helper()
	c := &caller{t: t, server: p}
	overhear := httphandler.NewHttpHandler().
		AddRequestHandler(func(r http.Request) { c.sent, c.query = r.Header.Clone(), r.URL.RawQuery }).
		AddResponseHandler(func(r http.Response) {
			c.header = r.Header.Clone()
			c.body, _ = io.ReadAll(r.Body)
		})
	credentials := basic.NewCredentialsBuilder().WithAk(k.access).WithSk(k.secret).WithProjectId(k.project).WithSecurityToken(k.securityToken)
	client := dcs.DcsClientBuilder().WithEndpoint(p.url).WithHttpConfig(config.DefaultHttpConfig().WithHttpHandler(overhear))
	for _, change := range options {
		change(credentials, client)
	}
	built, err := credentials.SafeBuild()
	require.NoError(t, err)
	hc, err := client.WithCredential(built).SafeBuild()
	require.NoError(t, err)
	c.DcsClient = dcs.NewDcsClient(hc)
	return c
}

// requestID is the request id of the last response.
func (c *caller) requestID() string { return c.header.Get("X-Request-Id") }

// request is a kill on instance i, node n.
func request(addrs ...string) *model.HangUpClientsRequest {
	return &model.HangUpClientsRequest{InstanceId: "i", Body: &model.HangUpClientsRequestBody{NodeId: "n", ClientAddrs: addrs}}
}

// kill sends HangUpClients and asserts that it succeeds.
func (c *caller) kill(addrs ...string) {
	c.t.Helper()
	resp, err := c.HangUpClients(request(addrs...))
	require.NoError(c.t, err)
	assert.Equal(c.t, 204, resp.HttpStatusCode)
	assert.Empty(c.t, c.body)
}

// killWith sends HangUpClients with more headers, which the SDK signs too.
func (c *caller) killWith(header map[string]string, r *model.HangUpClientsRequest) error {
	i := c.HangUpClientsInvoker(r)
	i.AddHeaders(header)
	_, err := i.Invoke()
	return err
}

// send sends a request for which the SDK has no method, with the parts that its
// methods use.
func (c *caller) send(header map[string]string, method, path string) error {
	call := def.NewHttpRequestDefBuilder().WithMethod(method).WithPath(path).
		WithContentType("application/json").WithResponse(new(model.HangUpClientsResponse)).Build()
	_, err := c.HcClient.WithExtraHeaders(header).Sync(&struct{}{}, call)
	return err
}

// refused asserts that err is the SDK's error with all of its fields, and that the
// server's log has the request by its id.
func (c *caller) refused(err error, status int, code string) *sdkerr.ServiceResponseError {
	c.t.Helper()
	var e *sdkerr.ServiceResponseError
	require.ErrorAs(c.t, err, &e)
	assert.Equal(c.t, status, e.StatusCode)
	assert.Equal(c.t, code, e.ErrorCode)
	assert.NotEmpty(c.t, e.ErrorMessage)
	require.NotEmpty(c.t, e.RequestId)
	assert.EqualValues(c.t, status, c.server.logged("request", map[string]any{"request_id": e.RequestId})["status"])
	return e
}

// details is the error_ext_msg of the last response, which the SDK's error does not
// have.
func (c *caller) details() string {
	var fault struct {
		Details string `json:"error_ext_msg"`
	}
	require.NoError(c.t, json.Unmarshal(c.body, &fault), "%s", c.body)
	return fault.Details
}
