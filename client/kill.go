package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/dcs-sessions/dcs-sessions/gen"
)

// MaxAddrs is how many targets Kill names in one request, at most. The contract
// allows as many addresses.
const MaxAddrs = 10_000

// Kill kills the targets on one node. nil means that each of them is closed or
// was already gone; the Outcome says which, where the server does. It is also
// of use with an error: its Results say what is known of each target.
//
// Where another session has a target's address now, that one is not killed, the
// other targets are, and the error is an *Error whose method Replaced reports
// true. Where a target is protected, the server refuses the request and kills
// nothing of it.
//
// More than MaxAddrs targets are killed in several requests, one after the
// other. A request that fails is the last one; where it is not the first, the
// error is a *PartialError. To kill the same again is safe.
//
// An answer that is not success is an *Error. Other errors are those of the
// ids, of the credentials, of ctx and of the transport.
func (c *Client) Kill(ctx context.Context, project, instance, node string, targets ...Target) (Outcome, error) {
	all := Outcome{Counts: &Counts{}, Results: slices.Repeat([]Result{NotKilled}, len(targets))}
	err := checkIDs(id{"project", project}, id{"instance", instance}, id{"node", node})
	if err == nil {
		err = checkTargets(targets)
	}
	if err != nil {
		all.Counts = nil
		return all, err
	}
	var replaced error
	done := 0
	for some := range slices.Chunk(targets, MaxAddrs) {
		counts, err := c.killSome(ctx, project, instance, node, some, all.Results[done:done+len(some)])
		all.count(counts)
		switch answer := (*Error)(nil); {
		case err == nil:
		case errors.As(err, &answer) && answer.Replaced():
			if replaced == nil {
				replaced = err // the others are killed
			}
		case done > 0:
			all.Counts = nil
			return all, &PartialError{Done: done, Of: len(targets), Err: err}
		default:
			return all, err
		}
		done += len(some)
	}
	return all, replaced
}

func checkTargets(targets []Target) error {
	if len(targets) == 0 {
		return errors.New("client: no sessions to kill")
	}
	for i, t := range targets {
		if t.IsZero() {
			return fmt.Errorf("client: the target %d has neither an address nor an id", i)
		}
	}
	return nil
}

// count adds what one request counted. nil: it did not, and so nothing is known
// of the whole.
func (o *Outcome) count(some *Counts) {
	if some == nil || o.Counts == nil {
		o.Counts = nil
		return
	}
	o.Counts.Killed += some.Killed
	o.Counts.Gone += some.Gone
	o.Counts.Replaced += some.Replaced
}

// A PartialError is that of a call of several requests, the first of which
// succeeded.
type PartialError struct {
	Done int   // the requests for this many targets, from the first, were carried out
	Of   int   // how many there were
	Err  error // why the next request failed; some of its targets may be killed too
}

// Error returns how far the call came, and Err's text.
func (e *PartialError) Error() string {
	return fmt.Sprintf("%d of %d sessions are done, then: %v", e.Done, e.Of, e.Err)
}

// Unwrap returns Err, so that errors.As finds an *Error in it.
func (e *PartialError) Unwrap() error { return e.Err }

// killSome is one request. It writes a result for each target, and returns nil
// where the server does not count.
func (c *Client) killSome(ctx context.Context, project, instance, node string, targets []Target, results []Result) (*Counts, error) {
	body := bodyOf(node, targets)
	k, err := c.post(project, "/instances/"+instance+"/clients/kill", body)
	if err != nil {
		fill(results, NotKilled)
		return nil, err
	}
	k.want = http.StatusNoContent
	err = c.do(ctx, k)
	told := readOutcome(k.header, len(targets))
	answer := (*Error)(nil)
	refused := errors.As(err, &answer) && answer.Status >= 300 && answer.Status < 500
	switch {
	case told != nil && (err == nil || answer != nil && answer.Status == http.StatusBadRequest):
		place(targets, told.Results, len(body.ClientAddrs), results)
		if answer != nil {
			answer.replaced = told.Counts.Replaced > 0
		}
		return told.Counts, err
	case refused:
		fill(results, NotKilled)
		return nil, err
	case err != nil:
		fill(results, Unknown)
		return nil, err
	}
	fill(results, Closed)
	if len(body.ClientIDs) == 0 {
		return nil, nil
	}
	for i, t := range targets { // a server that does not know the member passes over it
		if t.id != "" {
			results[i] = Unknown
		}
	}
	return nil, errors.New("client: the answer does not say what became of the ids: the server may not kill by id")
}

// bodyOf names the addresses and the ids, each in the order of the targets.
func bodyOf(node string, targets []Target) gen.HangUpClientsRequest {
	body := gen.HangUpClientsRequest{NodeID: node, ClientAddrs: make([]string, 0, len(targets))}
	for _, t := range targets {
		if t.id != "" {
			body.ClientIDs = append(body.ClientIDs, t.id)
		} else {
			body.ClientAddrs = append(body.ClientAddrs, t.addr)
		}
	}
	return body
}

// place gives each target the result of its entry: the addresses come first, and
// then the ids.
func place(targets []Target, entries []Result, addrs int, results []Result) {
	addr, id := 0, addrs
	for i, t := range targets {
		at := &addr
		if t.id != "" {
			at = &id
		}
		results[i] = entries[*at]
		*at++
	}
}

func fill(results []Result, r Result) {
	for i := range results {
		results[i] = r
	}
}
