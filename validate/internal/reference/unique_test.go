package reference

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAHashSetHoldsWhatWasAdded(t *testing.T) {
	var set hashSet
	hashes := []uint64{0, 1 << 63, ^uint64(0), ^uint64(0) - 1} // the last two go around the end of the table
	for i := uint64(1); i <= 5000; i++ {
		hashes = append(hashes, i*0x9e3779b97f4a7c15)
	}
	for _, h := range hashes {
		assert.True(t, set.add(h), h)
	}
	for _, h := range hashes {
		assert.False(t, set.add(h), h)
	}
	assert.Equal(t, len(hashes), set.count)
	assert.LessOrEqual(t, len(set.table), 16384, "at most 3/4 full and twice as large")
}
