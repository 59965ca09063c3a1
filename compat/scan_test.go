package compat

import (
	"strconv"
	"testing"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/dcs/v2/model"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
)

func TestAScanIsAJobThatSucceeds(t *testing.T) {
	redistest.Each(t, func(t *testing.T, node localnode.Node) {
		p := serve(t, node.Addr())
		for name, body := range map[string]model.ScanClientsRequestBody{
			"nothing":           {},
			"a node":            {NodeId: new("n")},
			"an empty node":     {NodeId: new("")},
			"a node, and clean": {NodeId: new("n"), CleanCache: new(true)},
			"not clean":         {CleanCache: new(false)},
		} {
			t.Run(name, func(t *testing.T) {
				c := p.call(t, deploy)
				job := c.await(c.scan(body))
				assert.Equal(t, statuses.SUCCESS, *job.Status)
				assert.Equal(t, "scanClientsJob", job.JobType.Value())
				assert.LessOrEqual(t, milliseconds(t, job.BeginTime), milliseconds(t, job.EndTime))
				assert.Nil(t, job.FailReason)
			})
		}
	})
}

// milliseconds parses a time as the SDK has it.
func milliseconds(t *testing.T, text *string) int64 {
	t.Helper()
	require.NotNil(t, text)
	n, err := strconv.ParseInt(*text, 10, 64)
	require.NoError(t, err)
	require.Len(t, *text, len("1684191545379"))
	return n
}

func TestAListIsOfTheScanUntilAnotherIsClean(t *testing.T) {
	node := redistest.Start(t)
	c := serve(t, node.Addr()).call(t, deploy)
	redistest.Dial(t, node.Addr(), "early")
	c.scan(model.ScanClientsRequestBody{})
	redistest.Dial(t, node.Addr(), "late")
	c.scan(model.ScanClientsRequestBody{CleanCache: new(false)})
	assert.ElementsMatch(t, []string{"", "early"}, names(c.list(model.ListClientsRequest{})))
	c.scan(model.ScanClientsRequestBody{CleanCache: new(true)})
	assert.ElementsMatch(t, []string{"", "early", "late"}, names(c.list(model.ListClientsRequest{})))
}

func TestAnUnknownJobIsNotFound(t *testing.T) {
	p := serve(t, redistest.Start(t).Addr())
	c := p.call(t, deploy)
	id := c.scan(model.ScanClientsRequestBody{})
	for name, call := range map[string]struct {
		key key
		id  string
	}{
		"an unknown one":       {deploy, "0123456789abcdef0123456789abcdef"},
		"another project's":    {other, id},
		"an empty id":          {deploy, ""},
		"one that is two":      {deploy, id + "/" + id},
		"one that steps aside": {deploy, "../jobs/" + id},
	} {
		t.Run(name, func(t *testing.T) {
			c := p.call(t, call.key)
			_, err := c.ShowJobInfo(&model.ShowJobInfoRequest{JobId: call.id})
			c.refused(err, 404, "DCS.4001")
		})
	}
	c.succeeds(id)
}
