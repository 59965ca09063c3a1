package client

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"time"
)

// Refreshing returns credentials that it takes from source, and replaces shortly
// before they expire: five minutes before, or a tenth of their lifetime where that
// is less. A zero expiry means that they do not expire.
//
// The method that needs new credentials calls source, with its context; no two
// calls of source run at the same time. While the old credentials are valid, other
// methods use them, and so does that method if source fails.
func Refreshing(source func(context.Context) (c Credentials, expiry time.Time, err error)) Credentials {
	s := &refresher{source: source, refreshing: make(chan struct{}, 1)}
	return authorize(func(r *http.Request, body []byte, now time.Time) error {
		c, err := s.current(r.Context(), now)
		if err != nil {
			return err
		}
		return c.Authorize(r, body, now)
	})
}

type refresher struct {
	source     func(context.Context) (Credentials, time.Time, error)
	last       atomic.Pointer[issued]
	refreshing chan struct{} // holds one while source runs
}

// issued are credentials, when to replace them and when they expire. A zero time
// is never.
type issued struct {
	credentials     Credentials
	renewal, expiry time.Time
}

func (l *issued) isFresh(now time.Time) bool {
	return l != nil && (l.renewal.IsZero() || now.Before(l.renewal))
}

func (l *issued) isValid(now time.Time) bool {
	return l != nil && (l.expiry.IsZero() || now.Before(l.expiry))
}

func (s *refresher) current(ctx context.Context, now time.Time) (Credentials, error) {
	last := s.last.Load()
	if last.isFresh(now) {
		return last.credentials, nil
	}
	if last.isValid(now) {
		select {
		case s.refreshing <- struct{}{}:
		default: // another method refreshes them
			return last.credentials, nil
		}
	} else {
		select {
		case s.refreshing <- struct{}{}:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	defer func() { <-s.refreshing }()
	if last = s.last.Load(); last.isFresh(now) { // another method has refreshed them
		return last.credentials, nil
	}
	next, err := s.refresh(ctx, now)
	switch {
	case err == nil:
		s.last.Store(next)
		return next.credentials, nil
	case last.isValid(now):
		return last.credentials, nil
	default:
		return nil, err
	}
}

func (s *refresher) refresh(ctx context.Context, now time.Time) (*issued, error) {
	c, expiry, err := s.source(ctx)
	switch {
	case err != nil:
		return nil, err
	case c == nil:
		return nil, errors.New("the source returned no credentials")
	case expiry.IsZero():
		return &issued{credentials: c}, nil
	case !now.Before(expiry):
		return nil, errors.New("the source returned credentials that have expired")
	}
	early := min(5*time.Minute, expiry.Sub(now)/10)
	return &issued{c, expiry.Add(-early), expiry}, nil
}
