package client

import (
	"context"
	"fmt"
	"iter"
	"net/url"
	"strconv"

	"github.com/dcs-sessions/dcs-sessions/gen"
)

// maxLimit is how many sessions the contract allows in one page.
const maxLimit = 1000

// ListOptions narrows and sorts a list. The zero value lists all, by id.
type ListOptions struct {
	Addr  string // those alone whose address contains it
	Sort  string // a field of gen.ClientInfo by its JSON name; empty: id
	Desc  bool   // descending
	Limit int    // sessions a request, 1 to 1000; 0: 1000
}

// List yields the sessions of a node, page by page as they are asked for: there
// is no request before the first session is wanted, and none after the loop is
// left. An error is yielded once, as the last pair; it is like Kill's. node may
// be empty where the instance has one node.
//
// The real service wants a Scan before. Its pages, and those of a dcs-sessions
// server, hold to what was read at one time; where they do not, a session that
// comes or goes between two pages may be missed or be yielded twice. The list
// ends with an empty page, or when there are as many as the server says there
// are; a page that is shorter than Limit does not end it. What the server leaves
// out of a session is zero or nil, and a counter that does not fit 2147483647.
//
// Peer, where it is there, is the address to kill a session by.
func (c *Client) List(ctx context.Context, project, instance, node string, o ListOptions) iter.Seq2[gen.ClientInfo, error] {
	return func(yield func(gen.ClientInfo, error) bool) {
		for offset := 0; ; {
			p, err := c.page(ctx, project, instance, node, o, offset)
			if err != nil {
				yield(gen.ClientInfo{}, err)
				return
			}
			for _, session := range p.Clients {
				if !yield(session, nil) {
					return
				}
			}
			offset += len(p.Clients)
			if len(p.Clients) == 0 || p.Count != nil && offset >= int(*p.Count) {
				return
			}
		}
	}
}

// page asks for the sessions from offset on.
func (c *Client) page(ctx context.Context, project, instance, node string, o ListOptions, offset int) (page, error) {
	if err := checkIDs(id{"project", project}, id{"instance", instance}, idOrNone("node", node)); err != nil {
		return page{}, err
	}
	if o.Limit == 0 {
		o.Limit = maxLimit
	}
	if o.Limit < 0 || o.Limit > maxLimit {
		return page{}, fmt.Errorf("client: the limit %d is not 1 to %d", o.Limit, maxLimit)
	}
	query := url.Values{"offset": {strconv.Itoa(offset)}, "limit": {strconv.Itoa(o.Limit)}}
	for name, value := range map[string]string{"node_id": node, "addr": o.Addr, "sort": o.Sort} {
		if value != "" {
			query.Set(name, value)
		}
	}
	if o.Desc {
		query.Set("order", "desc")
	}
	k := c.get(project, "/instances/"+instance+"/clients")
	k.url.RawQuery = query.Encode()
	return ask(ctx, c, k, func(p page) string {
		if p.Clients == nil && (p.Count == nil || int(*p.Count) > offset) {
			return "clients"
		}
		return ""
	})
}

// page is gen.ClientList, as far as it is used, without what may be missing
// being taken for 0.
type page struct {
	Clients []gen.ClientInfo `json:"clients"`
	Count   *int32           `json:"count"`
}

// given is text for a parameter that is left out where there is none.
func given[T ~string](text T) *T {
	if text == "" {
		return nil
	}
	return &text
}
