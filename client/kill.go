package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/dcs-sessions/dcs-sessions/gen"
)

// MaxAddrs is how many addresses the contract allows in one request.
const MaxAddrs = 10_000

// Kill kills the sessions whose peers are addrs ("ip:port" or "[ip6]:port", as
// the session information has them in its field peer) on one node. nil means
// that each of them is closed or was already gone.
//
// More than MaxAddrs are killed in several requests, one after the other; where
// not the first of them fails, the error is a *PartialError. To kill the same
// again is safe: what is gone counts as killed.
//
// An answer that is not success is an *Error. Other errors are those of the
// ids, of the credentials, of ctx and of the transport.
func (c *Client) Kill(ctx context.Context, project, instance, node string, addrs ...string) error {
	if err := checkIDs(id{"project", project}, id{"instance", instance}, id{"node", node}); err != nil {
		return err
	}
	if len(addrs) == 0 {
		return errors.New("client: no addresses to kill")
	}
	done := 0
	for some := range slices.Chunk(addrs, MaxAddrs) {
		if err := c.killSome(ctx, project, instance, node, some); err != nil {
			if done > 0 {
				err = &PartialError{Done: done, Of: len(addrs), Err: err}
			}
			return err
		}
		done += len(some)
	}
	return nil
}

// A PartialError is that of a call of several requests, the first of which
// succeeded.
type PartialError struct {
	Done int   // this many addresses, from the first, are killed
	Of   int   // how many there were
	Err  error // why the request for the next MaxAddrs failed; some of them may be killed too
}

// Error returns how far the call came, and Err's text.
func (e *PartialError) Error() string {
	return fmt.Sprintf("%d of %d addresses are killed, then: %v", e.Done, e.Of, e.Err)
}

// Unwrap returns Err, so that errors.As finds an *Error in it.
func (e *PartialError) Unwrap() error { return e.Err }

func (c *Client) killSome(ctx context.Context, project, instance, node string, addrs []string) error {
	k, err := c.post(project, "/instances/"+instance+"/clients/kill", gen.HangUpClientsRequest{NodeID: node, ClientAddrs: addrs})
	if err != nil {
		return err
	}
	k.want = http.StatusNoContent
	return c.do(ctx, k)
}
