package reference

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestACacheForgetsWithTheNextText(t *testing.T) {
	c := newCache()
	s := &Schema{id: 7}
	_, _, known := c.get(s, 3, true)
	assert.False(t, known)
	c.put(s, 3, 9, true, true)
	end, ok, known := c.get(s, 3, false)
	assert.Equal(t, 9, end)
	assert.True(t, ok && known)
	_, _, known = c.get(&Schema{id: 7}, 3, false)
	assert.False(t, known, "of another schema")
	_, _, known = c.get(s, 4, false)
	assert.False(t, known, "of another value")

	c.generation++
	_, _, known = c.get(s, 3, false)
	assert.False(t, known, "of another text")
}

// Outside of a trial, the findings of a refusal are wanted.
func TestARefusalInATrialIsKnownOnlyInTrials(t *testing.T) {
	c := newCache()
	s := &Schema{id: 1}
	c.put(s, 3, unknownEnd, false, false)
	_, ok, known := c.get(s, 3, true)
	assert.True(t, known && !ok)
	_, _, known = c.get(s, 3, false)
	assert.False(t, known)
	c.put(s, 3, unknownEnd, false, true)
	_, _, known = c.get(s, 3, false)
	assert.True(t, known)
}
