package client_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/client"
)

func TestAScanMayNameItsNodeAndAskForAFreshOne(t *testing.T) {
	for name, c := range map[string]struct {
		node  string
		fresh bool
		want  string
	}{
		"a node":         {node, false, `{"node_id":"node-1","clean_cache":false}`},
		"a node, afresh": {node, true, `{"node_id":"node-1","clean_cache":true}`},
		"the only node":  {"", false, `{"clean_cache":false}`},
	} {
		t.Run(name, func(t *testing.T) {
			a := serve(t, answer(200, jsonType, `{"job_id":"job-7"}`))
			job, err := once(t, a.URL, client.Options{}).Scan(t.Context(), project, instance, c.node, c.fresh)
			require.NoError(t, err)
			assert.Equal(t, "job-7", job)
			assert.JSONEq(t, c.want, a.requests()[0].body)
		})
	}
}
