package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	dcssessions "github.com/dcs-sessions/dcs-sessions"
	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/dcs-sessions/dcs-sessions/validate"
)

// An api is what the flags say is called: one instance of one project.
type api struct {
	*client.Client
	project, instance string
	json, wide        bool // how to write; else as a table
	timeout           time.Duration
}

// open checks the flags. It does not connect.
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
	a := &api{project: project, instance: f.instance, timeout: f.timeout}
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
	if a.Client, err = newClient(f.endpoint, o); err != nil {
		return nil, usageError{err}
	}
	return a, nil
}

// newClient returns a client whose requests and responses are validated.
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

// explain says of a violation what is known, and that nothing was sent where the
// request is what does not keep to the contract; and of a call that took too
// long, how long it was given.
func (a *api) explain(err error) error {
	var partial *client.PartialError
	vs := validate.AsViolations(err)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("there was no answer within --timeout %v: %w", a.timeout, err)
	case vs == nil:
		return err
	case vs[0].Direction == validate.Request && !errors.As(err, &partial):
		return usageError{fmt.Errorf("nothing was sent: %w", vs)}
	case vs[0].Err != nil: // such as which status it was
		return fmt.Errorf("%w: %w", err, vs[0].Err)
	}
	return err
}

// isRefused reports whether a kill was refused because of what it names.
func isRefused(err error) bool {
	var answer *client.Error
	return errors.As(err, &answer) && answer.Status == http.StatusBadRequest && answer.Code == "DCS.4800" && !answer.Replaced()
}

// sessions reads the sessions of the nodes, some nodes at a time. Where some
// nodes fail, those of the others are returned with the error, and answered has
// the nodes that did not fail.
func (a *api) sessions(ctx context.Context, nodes []string) (all []session, answered []string, err error) {
	const atOnce = 4
	found, errs := make([][]session, len(nodes)), make([]error, len(nodes))
	slots := make(chan struct{}, atOnce)
	var reads sync.WaitGroup
	for i, node := range nodes {
		reads.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			found[i], errs[i] = a.read(ctx, node)
		})
	}
	reads.Wait()
	for i, node := range nodes {
		switch {
		case errs[i] == nil:
			answered = append(answered, node)
		case len(nodes) > 1:
			found[i], errs[i] = nil, &nodeError{node, errs[i]}
		default:
			found[i] = nil
		}
	}
	return slices.Concat(found...), answered, join(errs...)
}

func (a *api) read(ctx context.Context, node string) ([]session, error) {
	var found []session
	for info, err := range a.List(ctx, a.project, a.instance, node, client.ListOptions{}) {
		if err != nil {
			return nil, a.explain(err)
		}
		found = append(found, session{node, info})
	}
	return found, nil
}
