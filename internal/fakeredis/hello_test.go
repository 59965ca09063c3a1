package fakeredis_test

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
)

func TestEachServerHasARunIDOfItsOwn(t *testing.T) {
	line := regexp.MustCompile(`\r\nrun_id:([0-9a-f]{40})\r\n`)
	var ids []string
	for range 2 {
		s := redistest.Dial(t, startServer(t).Addr(), "")
		for range 2 {
			found := line.FindStringSubmatch(redistest.Do(t, s, "INFO server"))
			require.Len(t, found, 2)
			ids = append(ids, found[1])
		}
	}
	assert.Equal(t, ids[0], ids[1])
	assert.NotEqual(t, ids[0], ids[2])
}
