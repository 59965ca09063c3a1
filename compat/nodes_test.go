package compat

import (
	"net"
	"testing"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/dcs/v2/model"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
)

func TestTheNodesAreToldInTheSDKsTypes(t *testing.T) {
	primary, replica, _ := startPair(t)
	down := redistest.Start(t)
	require.NoError(t, down.Close())
	c := serve(t, primary.Addr(), replica.Addr(), down.Addr()).call(t, deploy)
	got, err := c.ShowNodesInformation(&model.ShowNodesInformationRequest{InstanceId: "i"})
	require.NoError(t, err)
	assert.Equal(t, 200, got.HttpStatusCode)
	assert.Equal(t, "i", *got.InstanceId)
	assert.EqualValues(t, 3, *got.Total)
	node := func(id, addr string, status model.NodesInfoRespStatus, kind *model.NodesInfoRespNodeType) model.NodesInfoResp {
		host, port, err := net.SplitHostPort(addr)
		require.NoError(t, err)
		return model.NodesInfoResp{
			LogicalNodeId: &id, NodeId: &id, Name: new("node " + id), NodeIp: &host, NodePort: &port,
			NodeRole: &nodeRoles.REDIS_SERVER, Status: &status, NodeType: kind,
		}
	}
	assert.Equal(t, []model.NodesInfoResp{
		node("n", primary.Addr(), nodeStatus.ACTIVE, &nodeTypes.MASTER),
		node("m", replica.Addr(), nodeStatus.ACTIVE, &nodeTypes.SLAVE),
		node("o", down.Addr(), nodeStatus.INACTIVE, nil),
	}, *got.Nodes)

	redistest.Dial(t, replica.Addr(), "s")
	id := (*got.Nodes)[1].NodeId // is what the other calls take
	assert.Contains(t, names(c.list(model.ListClientsRequest{NodeId: id})), "s")

	_, err = c.ShowNodesInformation(&model.ShowNodesInformationRequest{InstanceId: "j"})
	c.refused(err, 404, "DCS.3022")
}
