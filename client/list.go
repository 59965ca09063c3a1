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

// ListOptions narrow and sort a list. The zero value has the server read the node,
// and lists all sessions by id.
type ListOptions struct {
	Addr  string // lists only sessions whose address contains it
	Sort  string // a field of the API's session, such as age; empty: id
	Desc  bool   // descending
	Limit int    // sessions a request, 1 to 1000; 0: 1000

	// Scanned lists without a scan: the sessions that the last Scan has read, or
	// what the server has where there was none.
	Scanned bool
}

// List yields the sessions of a node, page by page. It sends no request before the
// first session is wanted, and none after the loop ends. It yields an error once,
// as the last pair; the errors are like Kill's.
//
// Before the first page, List has the server read the node with a Rescan and waits
// for its job, so that it yields no session of an earlier scan: see Scanned. The
// server then takes all pages from one reading. The list ends with an empty page,
// or when there are as many sessions as the server counts. A page that is shorter
// than Limit does not end it.
func (i *Instance) List(ctx context.Context, node string, o ListOptions, opts ...CallOption) iter.Seq2[Session, error] {
	return func(yield func(Session, error) bool) {
		if err := i.prepareList(ctx, node, o, opts); err != nil {
			yield(Session{}, err)
			return
		}
		for offset := 0; ; {
			p, err := i.page(ctx, node, o, offset, opts)
			if err != nil {
				yield(Session{}, err)
				return
			}
			for at := range p.Clients {
				if !yield(sessionOf(&p.Clients[at]), nil) {
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

// prepareList checks the arguments, and scans unless the caller has.
func (i *Instance) prepareList(ctx context.Context, node string, o ListOptions, opts []CallOption) error {
	if err := i.checkNode(node); err != nil {
		return err
	}
	if o.Limit < 0 || o.Limit > maxLimit {
		return fmt.Errorf("client: the limit %d is not 1 to %d", o.Limit, maxLimit)
	}
	if o.Scanned {
		return nil
	}
	job, err := i.Rescan(ctx, node, opts...)
	if err != nil {
		return err
	}
	_, err = i.WaitJob(ctx, job, nil, opts...)
	return err
}

// page fetches the sessions from offset on.
func (i *Instance) page(ctx context.Context, node string, o ListOptions, offset int, opts []CallOption) (page, error) {
	if o.Limit == 0 {
		o.Limit = maxLimit
	}
	query := url.Values{"node_id": {node}, "offset": {strconv.Itoa(offset)}, "limit": {strconv.Itoa(o.Limit)}}
	if o.Addr != "" {
		query.Set("addr", o.Addr)
	}
	if o.Sort != "" {
		query.Set("sort", o.Sort)
	}
	if o.Desc {
		query.Set("order", "desc")
	}
	r := i.get("ListClients", i.path("/clients"), opts)
	r.url.RawQuery = query.Encode()
	return fetch(ctx, i.client, r, func(p page) string {
		if p.Clients == nil && (p.Count == nil || int(*p.Count) > offset) {
			return "clients"
		}
		return ""
	})
}

// page distinguishes a missing count from a count of 0.
type page struct {
	Clients []gen.ClientInfo `json:"clients"`
	Count   *int32           `json:"count"`
}
