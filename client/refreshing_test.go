package client_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/client"
)

type source = func(context.Context) (client.Credentials, time.Time, error)

func sourceOf(c client.Credentials, expiry time.Time) source {
	return func(context.Context) (client.Credentials, time.Time, error) { return c, expiry, nil }
}

// tokenOf returns what c authorizes a request with.
func tokenOf(ctx context.Context, c client.Credentials, now time.Time) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://dcs.example.com", nil)
	if err != nil {
		return "", err
	}
	err = c.Authorize(r, nil, now)
	return r.Header.Get("X-Auth-Token"), err
}

func TestRefreshing(t *testing.T) {
	begin := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	down := errors.New("the identity service is down")
	type answer struct {
		token string
		holds time.Duration // from begin; 0: for ever
		err   error
	}
	type use struct {
		at    time.Duration // from begin
		token string
		err   string
	}
	for name, c := range map[string]struct {
		answers []answer
		uses    []use
	}{
		"what never expires is asked for once": {
			[]answer{{token: "a"}},
			[]use{{0, "a", ""}, {1e6 * time.Hour, "a", ""}},
		},
		"an hour's are renewed five minutes before their end": {
			[]answer{{token: "a", holds: time.Hour}, {token: "b", holds: 2 * time.Hour}},
			[]use{{0, "a", ""}, {55*time.Minute - 1, "a", ""}, {55 * time.Minute, "b", ""}, {56 * time.Minute, "b", ""}},
		},
		"ten minutes' are renewed one minute before their end": {
			[]answer{{token: "a", holds: 10 * time.Minute}, {token: "b", holds: time.Hour}},
			[]use{{0, "a", ""}, {9*time.Minute - 1, "a", ""}, {9 * time.Minute, "b", ""}},
		},
		"the former ones serve while they hold and there are no others": {
			[]answer{{token: "a", holds: time.Hour}, {err: down}, {err: down}, {token: "b"}},
			[]use{{0, "a", ""}, {time.Hour - 1, "a", ""}, {time.Hour, "", down.Error()}, {time.Hour + 1, "b", ""}},
		},
		"a failure is not kept": {
			[]answer{{err: down}, {token: "a"}},
			[]use{{0, "", down.Error()}, {0, "a", ""}},
		},
		"what has expired is refused": {
			[]answer{{token: "a", holds: time.Hour}},
			[]use{{time.Hour, "", "the source returned credentials that have expired"}},
		},
		"none are refused": {
			[]answer{{token: ""}},
			[]use{{0, "", "the source returned no credentials"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			asked := 0
			credentials := client.Refreshing(func(context.Context) (client.Credentials, time.Time, error) {
				require.Less(t, asked, len(c.answers), "asked too often")
				a := c.answers[asked]
				asked++
				var expiry time.Time
				if a.holds != 0 {
					expiry = begin.Add(a.holds)
				}
				if a.token == "" {
					return nil, expiry, a.err
				}
				return client.Token(a.token), expiry, a.err
			})
			for _, u := range c.uses {
				got, err := tokenOf(t.Context(), credentials, begin.Add(u.at))
				if u.err != "" {
					assert.EqualError(t, err, u.err)
				} else {
					require.NoError(t, err)
				}
				assert.Equal(t, u.token, got, "at %v", u.at)
			}
			assert.Equal(t, len(c.answers), asked)
		})
	}
}

func TestRefreshingAsksOneAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked, answer := 0, make(chan string)
		credentials := client.Refreshing(func(context.Context) (client.Credentials, time.Time, error) {
			asked++ // a race, if two ask
			return client.Token(<-answer), time.Now().Add(time.Hour), nil
		})
		var calls sync.WaitGroup
		use := func(want string) {
			calls.Go(func() {
				got, err := tokenOf(t.Context(), credentials, time.Now())
				assert.NoError(t, err)
				assert.Equal(t, want, got)
			})
		}
		for range 50 {
			use("a")
		}
		synctest.Wait()
		answer <- "a"
		calls.Wait()
		assert.Equal(t, 1, asked)

		time.Sleep(56 * time.Minute) // they hold still: nobody but the one who asks waits
		use("b")
		synctest.Wait()
		for range 50 {
			got, err := tokenOf(t.Context(), credentials, time.Now())
			require.NoError(t, err)
			assert.Equal(t, "a", got)
		}
		answer <- "b"
		calls.Wait()
		assert.Equal(t, 2, asked)
	})
}

func TestACallThatEndsDoesNotEndTheOthersRefreshing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		credentials := client.Refreshing(func(ctx context.Context) (client.Credentials, time.Time, error) {
			select {
			case <-ctx.Done():
				return nil, time.Time{}, ctx.Err()
			case <-time.After(time.Minute):
				return client.Token("a"), time.Time{}, nil
			}
		})
		asks, endFirst := context.WithCancel(t.Context())
		waits, endSecond := context.WithCancel(t.Context())
		errs, tokens := make(chan error, 2), make(chan string, 1)
		use := func(ctx context.Context) {
			_, err := tokenOf(ctx, credentials, time.Now())
			errs <- err
		}
		go use(asks)
		synctest.Wait()
		go use(waits)
		go func() {
			got, err := tokenOf(t.Context(), credentials, time.Now())
			assert.NoError(t, err)
			tokens <- got
		}()
		synctest.Wait()
		endSecond()
		assert.ErrorIs(t, <-errs, context.Canceled, "the one that waits")
		endFirst()
		assert.ErrorIs(t, <-errs, context.Canceled, "the one that asks")
		assert.Equal(t, "a", <-tokens)
	})
}
