package client_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/client"
)

func TestARescanReadsAgainWhatAScanKeeps(t *testing.T) {
	a := serve(t, answer(200, jsonType, `{"job_id":"job-7"}`))
	cache := once(t, a.URL, client.Options{}).Instance(project, instance)
	job, err := cache.Scan(t.Context(), node)
	require.NoError(t, err)
	assert.Equal(t, "job-7", job)
	job, err = cache.Rescan(t.Context(), node)
	require.NoError(t, err)
	assert.Equal(t, "job-7", job)
	require.Len(t, a.requests(), 2)
	assert.JSONEq(t, `{"node_id":"node-1","clean_cache":false}`, a.requests()[0].body)
	assert.JSONEq(t, `{"node_id":"node-1","clean_cache":true}`, a.requests()[1].body)
}
