package compat

import (
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/dcs/v2/model"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The SDK's enums, which accept any text when they are decoded.
var (
	statuses   = model.GetShowJobInfoResponseStatusEnum()
	orders     = model.GetListClientsRequestOrderEnum()
	nodeStatus = model.GetNodesInfoRespStatusEnum()
	nodeTypes  = model.GetNodesInfoRespNodeTypeEnum()
	nodeRoles  = model.GetNodesInfoRespNodeRoleEnum()
)

// The requests are for instance i.
func listing(r model.ListClientsRequest) *model.ListClientsRequest {
	r.InstanceId = "i"
	return &r
}

func scanning(body model.ScanClientsRequestBody) *model.ScanClientsRequest {
	return &model.ScanClientsRequest{InstanceId: "i", Body: &body}
}

func killingAll(body model.HangUpKillAllClientsRequestBody) *model.HangUpKillAllClientsRequest {
	return &model.HangUpKillAllClientsRequest{InstanceId: "i", Body: &body}
}

// allOf is a kill-all of one node.
func allOf(node string) model.HangUpKillAllClientsRequestBody {
	return model.HangUpKillAllClientsRequestBody{NodeId: &node}
}

// everywhere is a kill-all of all nodes.
var everywhere = model.HangUpKillAllClientsRequestBody{KillAllNodes: new(true)}

// list sends ListClients and asserts that it succeeds.
func (c *caller) list(r model.ListClientsRequest) *model.ListClientsResponse {
	c.t.Helper()
	page, err := c.ListClients(listing(r))
	require.NoError(c.t, err)
	assert.Equal(c.t, 200, page.HttpStatusCode)
	require.NotNil(c.t, page.Clients, "%s", c.body)
	require.NotNil(c.t, page.Count, "%s", c.body)
	return page
}

func names(page *model.ListClientsResponse) []string {
	names := []string{}
	for _, s := range *page.Clients {
		names = append(names, *s.Name)
	}
	return names
}

// scan sends ScanClients, asserts that it succeeds and returns the job's id.
func (c *caller) scan(body model.ScanClientsRequestBody) string {
	c.t.Helper()
	resp, err := c.ScanClients(scanning(body))
	require.NoError(c.t, err)
	return c.jobID(resp.HttpStatusCode, resp.Body)
}

// killAll sends HangUpKillAllClients, asserts that it succeeds and returns the job's
// id.
func (c *caller) killAll(body model.HangUpKillAllClientsRequestBody) string {
	c.t.Helper()
	resp, err := c.HangUpKillAllClients(killingAll(body))
	require.NoError(c.t, err)
	return c.jobID(resp.HttpStatusCode, resp.Body)
}

// jobID reads the job's id, for which the SDK has no type.
func (c *caller) jobID(status int, body *any) string {
	c.t.Helper()
	assert.Equal(c.t, 200, status)
	require.NotNil(c.t, body)
	answer, ok := (*body).(map[string]any)
	require.True(c.t, ok, "%T", *body)
	id, ok := answer["job_id"].(string)
	require.True(c.t, ok, "%v", answer)
	require.NotEmpty(c.t, id)
	return id
}

// job sends ShowJobInfo and asserts that it succeeds.
func (c *caller) job(id string) *model.ShowJobInfoResponse {
	c.t.Helper()
	job, err := c.ShowJobInfo(&model.ShowJobInfoRequest{JobId: id})
	require.NoError(c.t, err)
	assert.Equal(c.t, 200, job.HttpStatusCode)
	assert.Equal(c.t, id, *job.JobId)
	require.NotNil(c.t, job.Status)
	return job
}

// await polls a job until it is over, as a user of the SDK does.
func (c *caller) await(id string) (job *model.ShowJobInfoResponse) {
	c.t.Helper()
	require.Eventually(c.t, func() bool {
		job = c.job(id)
		return *job.Status == statuses.SUCCESS || *job.Status == statuses.FAIL
	}, 20*time.Second, 5*time.Millisecond)
	return job
}

// succeeds asserts that a job succeeds.
func (c *caller) succeeds(id string) {
	c.t.Helper()
	job := c.await(id)
	assert.Equal(c.t, statuses.SUCCESS, *job.Status)
	assert.Nil(c.t, job.FailReason)
}
