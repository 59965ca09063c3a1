package check

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestATextIsQuotedAsEncodingJSONDoes(t *testing.T) {
	for _, text := range []string{"", "a", "\"\\\n\r\t\b\f\x00\x01\x1f\x7f", "<>&\u2028ü漢🙂", "\xff\xed\xa0\x80a", strings.Repeat("\n\x01", 100)} {
		quoted, err := encode(text)
		require.NoError(t, err)
		want, err := json.Marshal(text)
		require.NoError(t, err)
		var a, b string
		require.NoError(t, json.Unmarshal(quoted, &a))
		require.NoError(t, json.Unmarshal(want, &b))
		assert.Equal(t, b, a, "%q", text)
	}
	quoted, err := encode(strings.Repeat("\n\x01\"a", 1000))
	require.NoError(t, err)
	assert.Equal(t, cap(quoted), len(quoted), "its memory is of the size that it needs")
}
