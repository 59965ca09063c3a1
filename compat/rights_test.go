package compat

import (
	"testing"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/dcs/v2/model"
	"github.com/stretchr/testify/assert"

	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
)

func TestAKeyDoesWhatItMayAndNoMore(t *testing.T) {
	node := redistest.Start(t)
	p := serve(t, node.Addr())
	s := redistest.Dial(t, node.Addr(), "s")
	of := &model.ShowNodesInformationRequest{InstanceId: "i"}
	lists, kills := p.call(t, lister), p.call(t, killer)
	const mayNotList, mayNotKill = "Policy does not allow dcs:clients:list.", "Policy does not allow dcs:clients:kill."

	assert.Equal(t, mayNotKill, lists.refused(lists.tryKillAll(allOf("n")), 403, "DCS.2007").ErrorMessage)
	assert.Equal(t, mayNotKill, lists.refused(lists.tryKillAll(everywhere), 403, "DCS.2007").ErrorMessage)
	assert.Equal(t, mayNotKill, lists.refused(lists.tryKill("n", s.Addr()), 403, "DCS.2007").ErrorMessage)
	_, err := kills.ScanClients(scanning(model.ScanClientsRequestBody{NodeId: new("n")}))
	assert.Equal(t, mayNotList, kills.refused(err, 403, "DCS.2007").ErrorMessage)
	_, err = kills.ListClients(listing(model.ListClientsRequest{NodeId: new("n"), Sort: new("")}))
	assert.Equal(t, mayNotList, kills.refused(err, 403, "DCS.2007").ErrorMessage)
	_, err = kills.ShowNodesInformation(of)
	assert.Equal(t, mayNotList, kills.refused(err, 403, "DCS.2007").ErrorMessage)
	assert.True(t, s.Open())
	assert.Empty(t, p.audit())

	assert.Contains(t, names(lists.list(model.ListClientsRequest{})), "s")
	_, err = lists.ShowNodesInformation(of)
	assert.NoError(t, err)
	scan, kill := lists.scan(model.ScanClientsRequestBody{}), kills.killAll(allOf("n"))
	for _, c := range []*caller{lists, kills} { // either may look at either job
		c.succeeds(scan)
		c.succeeds(kill)
	}
	assert.True(t, s.Closed())
}
