package client

import (
	"context"

	"github.com/dcs-sessions/dcs-sessions/gen"
)

// Nodes returns the nodes of an instance. Its errors are like Kill's.
func (c *Client) Nodes(ctx context.Context, project, instance string) ([]gen.NodeInfo, error) {
	if err := checkIDs(id{"project", project}, id{"instance", instance}); err != nil {
		return nil, err
	}
	list, err := ask(ctx, c, c.get(project, "/instances/"+instance+"/logical-nodes"), nodeList.missing)
	return list.Nodes, err
}

// nodeList is gen.NodeList, as far as it is used, without what may be missing
// being taken for 0.
type nodeList struct {
	Nodes []gen.NodeInfo `json:"nodes"`
	Total *int32         `json:"total"`
}

func (l nodeList) missing() string {
	if l.Nodes == nil && (l.Total == nil || *l.Total > 0) {
		return "nodes"
	}
	return ""
}
