package client

import (
	"context"
	"net/http"
)

// A Node is a node of an instance. What the server leaves out is zero. Its JSON is
// that of the API.
type Node struct {
	ID           string `json:"node_id"` // that the other methods take
	Name         string `json:"name"`
	Host         string `json:"node_ip"`
	Port         string `json:"node_port"`
	Role         string `json:"node_role"`               // redis-server or redis-proxy
	Type         string `json:"node_type,omitempty"`     // master, slave or proxy
	Status       string `json:"status"`                  // Active: it works
	StatusReason string `json:"status_reason,omitempty"` // why it is not active, or why its sessions cannot be managed

	LogicalID string `json:"logical_node_id"`
	ReplicaID string `json:"replication_id,omitempty"`
	ShardID   string `json:"group_id,omitempty"`
	ShardName string `json:"group_name,omitempty"`
	Zone      string `json:"az_code,omitempty"`         // availability zone
	Weight    int    `json:"priority_weight,omitempty"` // 0 to 100

	Accessible bool `json:"is_access,omitempty"`    // the address can be reached directly
	OffDomain  bool `json:"is_remove_ip,omitempty"` // the address was removed from the read-only domain name

	Dimensions []Dimension `json:"dimensions,omitempty"`
}

// A Dimension is one of the metrics of a node.
type Dimension struct {
	Name  string `json:"name,omitempty"`
	Value string `json:"value,omitempty"`
}

// RoleProxy is the Role of a proxy. An instance with proxies has its sessions on
// them.
const RoleProxy = "redis-proxy"

// Nodes returns the nodes of the instance. Its errors are like Kill's.
func (i *Instance) Nodes(ctx context.Context, opts ...CallOption) ([]Node, error) {
	if err := i.check(); err != nil {
		return nil, err
	}
	list, err := fetch(ctx, i.client, i.get("ShowNodesInformation", i.path("/logical-nodes"), opts), nodeList.missing)
	return list.Nodes, err
}

// nodeList distinguishes a missing total from a total of 0.
type nodeList struct {
	Nodes []Node `json:"nodes"`
	Total *int32 `json:"total"`
}

// missing names what a list must have and does not.
func (l nodeList) missing() string {
	if l.Nodes == nil && (l.Total == nil || *l.Total > 0) {
		return "nodes"
	}
	return ""
}

// get is a request of the project without a body.
func (i *Instance) get(operation, path string, opts []CallOption) *request {
	return i.client.request(operation, http.MethodGet, i.project, path, opts)
}
