package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	dcssessions "github.com/dcs-sessions/dcs-sessions"
	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/dcs-sessions/dcs-sessions/validate"
)

// An api is one instance of one project, and how to print what the API returns.
type api struct {
	*client.Instance
	json, wide bool // the output format; a table if neither
	timeout    time.Duration
}

// open checks the flags and returns the API that they describe. It does not connect.
func (f *apiFlags) open(std stdio, o client.Options) (*api, error) {
	if f.timeout <= 0 {
		return nil, usagef("--timeout must be positive")
	}
	credentials, project, err := f.credentials()
	if err != nil {
		return nil, usageError{err}
	}
	if f.endpoint == "" {
		return nil, usagef("--endpoint is missing")
	}
	if err := checkID("project", project); err != nil {
		return nil, err
	}
	if !f.ofProject {
		if err := checkID("instance", f.instance); err != nil {
			return nil, err
		}
	}
	a := &api{timeout: f.timeout}
	switch f.output {
	case "":
		a.json = !std.terminal
	case "table":
	case "wide":
		a.wide = true
	case "json":
		a.json = true
	default:
		return nil, usagef("--output is %q, not table, wide or json", f.output)
	}
	o.Credentials = credentials
	if o.Timeout == 0 {
		o.Timeout = f.timeout
	}
	c, err := newClient(f.endpoint, o)
	if err != nil {
		return nil, usageError{err}
	}
	a.Instance = c.Instance(project, f.instance)
	return a, nil
}

// newClient returns a client that validates requests and responses.
func newClient(endpoint string, o client.Options) (*client.Client, error) {
	v, err := newValidator(endpoint)
	if err != nil {
		return nil, err
	}
	o.Transport = v.Transport(http.DefaultTransport)
	return client.New(endpoint, o)
}

func newValidator(endpoint string) (*validate.Validator, error) {
	base := "/"
	if u, err := url.Parse(endpoint); err == nil && strings.HasPrefix(u.Path, "/") {
		base = u.Path
	}
	return validate.New(dcssessions.Contract(), validate.Options{BasePath: base, MaxRequestBody: 12 << 20})
}

// explain adds what the user can do something about: the timeout that was too
// short, that an invalid request was not sent, or how a response is invalid.
func (a *api) explain(err error) error {
	var partial *client.PartialError
	vs := validate.AsViolations(err)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("no response within --timeout %v: %w", a.timeout, err)
	case vs == nil:
		return err
	case vs[0].Direction == validate.Request && !errors.As(err, &partial):
		return usageError{fmt.Errorf("nothing was sent: %w", vs)}
	case vs[0].Err != nil: // for example the status of the response
		return fmt.Errorf("%w: %w", err, vs[0].Err)
	}
	return err
}

// sessions lists the sessions of the nodes, several nodes at a time. If some nodes
// fail, it returns the sessions of the others with the error. listed are the nodes
// that did not fail.
func (a *api) sessions(ctx context.Context, nodes []string) (all []session, listed []string, err error) {
	found, errs := make([][]session, len(nodes)), make([]error, len(nodes))
	var reads errgroup.Group
	reads.SetLimit(4) // nodes at a time
	for i, node := range nodes {
		reads.Go(func() error {
			found[i], errs[i] = a.read(ctx, node)
			return nil // the other nodes are listed nevertheless
		})
	}
	_ = reads.Wait()
	for i, node := range nodes {
		switch {
		case errs[i] == nil:
			listed = append(listed, node)
		case len(nodes) > 1:
			found[i], errs[i] = nil, &nodeError{node, errs[i]}
		default:
			found[i] = nil
		}
	}
	return slices.Concat(found...), listed, join(errs...)
}

func (a *api) read(ctx context.Context, node string) ([]session, error) {
	var found []session
	for info, err := range a.List(ctx, node, client.ListOptions{}) {
		if err != nil {
			return nil, a.explain(err)
		}
		found = append(found, session{node, info})
	}
	return found, nil
}
