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

// ListOptions narrows and sorts a list. The zero value reads the node, and lists
// all sessions by id.
type ListOptions struct {
	Addr  string // those alone whose address contains it
	Sort  string // a field of gen.ClientInfo by its JSON name; empty: id
	Desc  bool   // descending
	Limit int    // sessions a request, 1 to 1000; 0: 1000

	// Scanned lists without a Scan of its own: what the last one has read, or
	// what the server does where there was none.
	Scanned bool
}

// List yields the sessions of a node, page by page as they are asked for: there
// is no request before the first session is wanted, and none after the loop is
// left. An error is yielded once, as the last pair; it is like Kill's. node may
// be empty where the instance has one node.
//
// Before the first page it has the server read the node, with a Scan whose job
// it waits for, so that no earlier scan's sessions are yielded: see Scanned. The
// pages are then of what was read at one time. The list ends with an empty page,
// or when there are as many as the server says there are; a page that is shorter
// than Limit does not end it. What the server leaves out of a session is zero or
// nil, and a counter that does not fit is 2147483647.
//
// Session makes what was yielded a target for Kill.
func (c *Client) List(ctx context.Context, project, instance, node string, o ListOptions) iter.Seq2[gen.ClientInfo, error] {
	return func(yield func(gen.ClientInfo, error) bool) {
		if err := c.listable(ctx, project, instance, node, o); err != nil {
			yield(gen.ClientInfo{}, err)
			return
		}
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

// listable checks what is asked for, and scans unless that is done.
func (c *Client) listable(ctx context.Context, project, instance, node string, o ListOptions) error {
	if err := checkIDs(id{"project", project}, id{"instance", instance}, idOrNone("node", node)); err != nil {
		return err
	}
	if o.Limit < 0 || o.Limit > maxLimit {
		return fmt.Errorf("client: the limit %d is not 1 to %d", o.Limit, maxLimit)
	}
	if o.Scanned {
		return nil
	}
	job, err := c.Scan(ctx, project, instance, node, true)
	if err != nil {
		return err
	}
	_, err = c.WaitJob(ctx, project, job, nil)
	return err
}

// page asks for the sessions from offset on.
func (c *Client) page(ctx context.Context, project, instance, node string, o ListOptions, offset int) (page, error) {
	if o.Limit == 0 {
		o.Limit = maxLimit
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
