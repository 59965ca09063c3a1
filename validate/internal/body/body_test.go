package body_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/body"
)

var errBroken = errors.New("connection reset")

func TestABufferReadsUpToItsLimit(t *testing.T) {
	for name, c := range map[string]struct {
		budget, limit, length int64
		src                   io.Reader
		want                  string
		err                   error
	}{
		"a known length":                     {1 << 20, 10, 5, strings.NewReader("hello"), "hello", nil},
		"an unknown length":                  {1 << 20, 10, -1, iotest.OneByteReader(strings.NewReader("hello")), "hello", nil},
		"as long as the limit":               {1 << 20, 5, -1, strings.NewReader("hello"), "hello", nil},
		"longer than the limit":              {1 << 20, 4, -1, strings.NewReader("hello"), "", body.ErrTooLarge},
		"a declared length over the limit":   {1 << 20, 4, 5, iotest.ErrReader(errors.New("was read")), "", body.ErrTooLarge},
		"a declared length that is too long": {1 << 20, 10, 9, strings.NewReader("hello"), "hello", nil},
		"over the budget":                    {4, 10, 5, strings.NewReader("hello"), "", body.ErrBudget},
		"a reader that fails":                {1 << 20, 10, -1, io.MultiReader(strings.NewReader("he"), iotest.ErrReader(errBroken)), "", errBroken},
		"no body":                            {1 << 20, 10, 0, nil, "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			charge := body.NewBudget(c.budget).Charge()
			b := body.Buffer{Limit: c.limit, Length: c.length, Charge: charge}
			assert.ErrorIs(t, b.Read(c.src), c.err)
			assert.Equal(t, c.want, b.Text())
		})
	}
}

func TestABudgetIsForAllChargesTogether(t *testing.T) {
	budget := body.NewBudget(100)
	read := func(c *body.Charge, n int) error {
		b := body.Buffer{Limit: 1000, Length: int64(n), Charge: c}
		return b.Read(strings.NewReader(strings.Repeat("x", n)))
	}
	first, second := budget.Charge(), budget.Charge()
	require.NoError(t, read(first, 60))
	assert.ErrorIs(t, read(second, 60), body.ErrBudget)
	first.End()
	assert.NoError(t, read(second, 60))
	assert.ErrorIs(t, read(first, 1), body.ErrBudget, "what has ended takes nothing")
	assert.NoError(t, read(nil, 1000), "without a charge nothing is counted")
}

func TestATeeKeepsWhatIsRead(t *testing.T) {
	for name, c := range map[string]struct {
		limit, length int64
		fill          bool
		want          string
		isWhole       bool
		lost          error
	}{
		"to the end":                    {100, -1, false, "hello world", true, nil},
		"filled before":                 {100, 11, true, "hello world", true, nil},
		"over the limit":                {5, -1, false, "", false, body.ErrTooLarge},
		"over the limit, filled":        {5, -1, true, "", false, body.ErrTooLarge},
		"declared to be over the limit": {5, 11, true, "", false, body.ErrTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			ended := 0
			tee := body.NewTee(io.NopCloser(strings.NewReader("hello world")), body.Buffer{Limit: c.limit, Length: c.length})
			tee.Ended = func() { ended++ }
			if c.fill {
				tee.Fill()
			}
			got, err := io.ReadAll(tee)
			require.NoError(t, err)
			require.NoError(t, tee.Close())
			assert.Equal(t, "hello world", string(got), "the reader gets all of it")
			text, isWhole, lost := tee.Copy()
			assert.Equal(t, c.isWhole, isWhole)
			assert.Equal(t, c.lost, lost)
			if c.isWhole {
				assert.Equal(t, c.want, text)
			}
			assert.Equal(t, 1, ended)
		})
	}
}

func TestAPeekEndsAsFillDid(t *testing.T) {
	tee := body.NewTee(io.NopCloser(io.MultiReader(strings.NewReader("he"), iotest.ErrReader(errBroken))), body.Buffer{Limit: 10, Length: -1})
	tee.Fill()
	got, err := io.ReadAll(tee.Peek())
	assert.Equal(t, "he", string(got))
	assert.ErrorIs(t, err, errBroken)
	got, err = io.ReadAll(tee)
	assert.Equal(t, "he", string(got))
	assert.ErrorIs(t, err, errBroken)
}
