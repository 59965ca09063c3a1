package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/dcs-sessions/dcs-sessions/internal/filter"
)

func TestASessionHasAValueForEachField(t *testing.T) {
	t.Parallel()
	text := "x"
	s := session{"n", client.Session{ID: "1", DB: "0", FD: "8", Cmd: "get", Flags: "N", User: text, Network: text}}
	for _, f := range filter.Fields() {
		known := false
		if f.IsNumeric() {
			_, known = s.Number(f.Name)
		} else {
			_, known = s.Text(f.Name)
		}
		assert.True(t, known, f.Name)
	}
}

func TestAnUnknownValueOfTheAPIPassesNoFilter(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"", "x", "1x"} {
		s := session{"n", client.Session{ID: id, DB: id, FD: id}}
		for _, field := range []string{"id=1", "db=0", "fd=8", "user=app", "network=tcp", "cmd=get", "flags=N"} {
			for _, op := range []string{"=", "!="} {
				name, value, _ := strings.Cut(field, "=")
				matches, err := parseFilters([]string{name + op + value})
				require.NoError(t, err)
				assert.False(t, matches(&s), name+op+value)
			}
		}
	}
}

func TestASessionMustPassAllFilters(t *testing.T) {
	t.Parallel()
	s := named("n", 1, "web-1", "10.0.0.1")
	for _, c := range []struct {
		expressions []string
		match       bool
	}{
		{nil, true},
		{[]string{"name=web*", "idle>4"}, true},
		{[]string{"name=web*", "idle>5"}, false},
		{[]string{"name=x", "idle>4"}, false},
	} {
		matches, err := parseFilters(c.expressions)
		require.NoError(t, err)
		assert.Equal(t, c.match, matches(&s), c.expressions)
	}
}

func TestAnInvalidFilterIsAUsageError(t *testing.T) {
	t.Parallel()
	_, err := parseFilters([]string{"name=ok", "idle"})
	require.ErrorAs(t, err, new(usageError))
	assert.ErrorContains(t, err, `--filter "idle": want FIELD OPERATOR VALUE`)
}
