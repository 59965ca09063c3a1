package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/dcs-sessions/dcs-sessions/gen"
)

// MaxAddrs is how many addresses the contract allows in one request.
const MaxAddrs = 10_000

// isID tells whether id has the form of the contract's ID: one that is empty or
// has a slash in it would make another URL.
func isID(id string) bool {
	return id != "" && len(id) <= 64 && strings.Trim(id, idLetters) == ""
}

const idLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"

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
	for _, id := range [...]struct{ name, value string }{{"project", project}, {"instance", instance}, {"node", node}} {
		if !isID(id.value) {
			return fmt.Errorf("client: the %s id %q is not 1 to 64 letters, digits, - or _", id.name, id.value)
		}
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
	body, err := json.Marshal(gen.HangUpClientsRequest{NodeID: node, ClientAddrs: addrs})
	if err != nil {
		return fmt.Errorf("client: %w", err)
	}
	return c.do(ctx, &call{
		method:  http.MethodPost,
		url:     c.url("/v2/" + project + "/instances/" + instance + "/clients/kill"),
		project: project,
		body:    body,
		want:    http.StatusNoContent,
	})
}
