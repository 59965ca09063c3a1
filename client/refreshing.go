package client

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"time"
)

// Refreshing are the credentials that source returns, until shortly before they
// expire: five minutes, or a tenth of their time where that is less. A zero
// expiry is never.
//
// source is asked by the call that needs it, under that call's context, and by
// one at a time. As long as the former credentials hold, other calls go on with
// them, and so does that call should source fail.
func Refreshing(source func(context.Context) (c Credentials, expiry time.Time, err error)) Credentials {
	s := &refresher{source: source, asking: make(chan struct{}, 1)}
	return authorize(func(r *http.Request, body []byte, now time.Time) error {
		c, err := s.current(r.Context(), now)
		if err != nil {
			return err
		}
		return c.Authorize(r, body, now)
	})
}

type refresher struct {
	source func(context.Context) (Credentials, time.Time, error)
	last   atomic.Pointer[lease]
	asking chan struct{} // holds one while source is asked
}

// A lease is credentials and how long they hold; zero times are never.
type lease struct {
	credentials     Credentials
	renewal, expiry time.Time
}

func (l *lease) isFresh(now time.Time) bool {
	return l != nil && (l.renewal.IsZero() || now.Before(l.renewal))
}

func (l *lease) isValid(now time.Time) bool {
	return l != nil && (l.expiry.IsZero() || now.Before(l.expiry))
}

func (s *refresher) current(ctx context.Context, now time.Time) (Credentials, error) {
	last := s.last.Load()
	if last.isFresh(now) {
		return last.credentials, nil
	}
	if last.isValid(now) {
		select {
		case s.asking <- struct{}{}:
		default: // another call sees to it
			return last.credentials, nil
		}
	} else {
		select {
		case s.asking <- struct{}{}:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	defer func() { <-s.asking }()
	if last = s.last.Load(); last.isFresh(now) { // the one before us was asking
		return last.credentials, nil
	}
	next, err := s.ask(ctx, now)
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

func (s *refresher) ask(ctx context.Context, now time.Time) (*lease, error) {
	c, expiry, err := s.source(ctx)
	switch {
	case err != nil:
		return nil, err
	case c == nil:
		return nil, errors.New("the source returned none")
	case expiry.IsZero():
		return &lease{credentials: c}, nil
	case !now.Before(expiry):
		return nil, errors.New("the source returned some that have expired")
	}
	early := min(5*time.Minute, expiry.Sub(now)/10)
	return &lease{c, expiry.Add(-early), expiry}, nil
}
