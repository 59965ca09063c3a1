package client_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/client"
)

func TestNodesAreReadAsTheyAre(t *testing.T) {
	a := serve(t, answer(200, jsonType, `{"instance_id":"cache_1","total":2,"nodes":[
		{"logical_node_id":"l","name":"a","status":"Active","node_role":"redis-server","node_type":"master","node_ip":"10.0.0.1",
		 "node_port":"6379","node_id":"n-1","priority_weight":100,"is_access":true,"dimensions":[{"name":"d","value":"v"}]},
		{"node_id":"n-2","node_type":null,"status":"Resting","new":{}}]}`))
	nodes, err := once(t, a.URL, client.Options{}).Instance(project, instance).Nodes(t.Context())
	require.NoError(t, err)
	require.Len(t, nodes, 2)
	assert.Equal(t, "n-1", nodes[0].ID)
	assert.Equal(t, "6379", nodes[0].Port)
	assert.Equal(t, "redis-server", nodes[0].Role)
	assert.Equal(t, 100, nodes[0].Weight)
	assert.Equal(t, "v", (nodes[0].Dimensions)[0].Value)
	assert.Equal(t, client.Node{ID: "n-2", Status: "Resting"}, nodes[1])
}
