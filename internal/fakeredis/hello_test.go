package localnode

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEachEmbeddedNodeIsARunOfItsOwn(t *testing.T) {
	form := regexp.MustCompile(`\r\nrun_id:([0-9a-f]{40})\r\n`)
	var ids []string
	for range 2 {
		e, err := StartEmbedded()
		require.NoError(t, err)
		defer e.Close()
		s, err := Dial(e.Addr(), "")
		require.NoError(t, err)
		defer s.Close()
		for range 2 {
			reply, err := s.Do("INFO", "server")
			require.NoError(t, err)
			found := form.FindStringSubmatch(reply)
			require.Len(t, found, 2, reply)
			ids = append(ids, found[1])
		}
	}
	assert.Equal(t, ids[0], ids[1])
	assert.NotEqual(t, ids[0], ids[2])
}
