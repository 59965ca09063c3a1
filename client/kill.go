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

// Kill kills the targets on one node. A nil error means that each of them is
// closed: the server closed it, or it was already gone. The Outcome says which,
// where the server does. Its Results are also set with an error, and say what is
// known of each target.
//
// Where another session has a target's address now, the server does not kill that
// session and kills the other targets, and the error is ErrReplaced. Where a
// target is protected, the server kills nothing of the request, and the error is
// ErrProtected.
//
// More than MaxAddrs targets are killed in several requests, one after the other.
// A request that fails is the last one. Where it is not the first, the error is a
// *PartialError. To kill the same again is safe.
//
// A response that is not success is an *Error, which matches ErrNotFound and the
// like. Other errors are those of the ids, of the options, of the credentials, of
// ctx and of the transport.
func (i *Instance) Kill(ctx context.Context, node string, targets []Target, opts ...CallOption) (Outcome, error) {
	all := Outcome{Counts: &Counts{}, Results: slices.Repeat([]Result{NotKilled}, len(targets))}
	err := i.checkNode(node)
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
		counts, err := i.killSome(ctx, node, some, all.Results[done:done+len(some)], opts)
		all.count(counts)
		switch {
		case err == nil:
		case errors.Is(err, ErrReplaced):
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

// count adds the counts of one request. nil: the server did not count, and so
// the counts of the whole are not known.
func (o *Outcome) count(some *Counts) {
	if some == nil || o.Counts == nil {
		o.Counts = nil
		return
	}
	o.Counts.Killed += some.Killed
	o.Counts.Gone += some.Gone
	o.Counts.Replaced += some.Replaced
}

// A PartialError is the error of a Kill of several requests, the first of which
// succeeded.
type PartialError struct {
	Done int   // the requests for this many targets, from the first, were carried out
	Of   int   // how many there were
	Err  error // why the next request failed; some of its targets may be killed too
}

// Error returns how many targets are done, and Err's text.
func (e *PartialError) Error() string {
	return fmt.Sprintf("%d of %d sessions are done, then: %v", e.Done, e.Of, e.Err)
}

// Unwrap returns Err, so that errors.As finds an *Error in it.
func (e *PartialError) Unwrap() error { return e.Err }

// killSome sends one request. It writes a result for each target, and returns nil
// counts where the server does not count.
func (i *Instance) killSome(ctx context.Context, node string, targets []Target, results []Result, opts []CallOption) (*Counts, error) {
	body := bodyOf(node, targets)
	r, err := i.post("HangUpClients", i.path("/clients/kill"), body, opts)
	if err != nil {
		fill(results, NotKilled)
		return nil, err
	}
	r.want = http.StatusNoContent
	err = i.client.do(ctx, r)
	outcome := readOutcome(r.responseHeader, len(targets))
	failed := (*Error)(nil)
	refused := errors.As(err, &failed) && failed.Status >= 300 && failed.Status < 500
	switch {
	case outcome != nil && (err == nil || failed != nil && failed.Status == http.StatusBadRequest):
		place(targets, outcome.Results, len(body.ClientAddrs), results)
		if failed != nil {
			failed.replaced = outcome.Counts.Replaced > 0
		}
		return outcome.Counts, err
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
	for at, t := range targets { // a server that does not know client_ids ignores it
		if t.id != "" {
			results[at] = Unknown
		}
	}
	return nil, errors.New("client: the response does not say what became of the ids: the server may not kill by id")
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

// place gives each target the result of its entry. The entries of the addresses
// come first, and then those of the ids.
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
