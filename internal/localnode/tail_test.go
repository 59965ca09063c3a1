package localnode

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTailKeepsTheLastWholeLines(t *testing.T) {
	var short, long tail
	fmt.Fprint(&short, "one\ntwo\n")
	assert.Equal(t, "one\ntwo", short.String())
	for i := range 1000 {
		fmt.Fprintf(&long, "line %d\n", i)
	}
	lines := strings.Split(long.String(), "\n")
	assert.Equal(t, "line 999", lines[len(lines)-1])
	assert.Equal(t, fmt.Sprint("line ", 1000-len(lines)), lines[0])
	assert.LessOrEqual(t, len(long.String()), tailSize)
}
