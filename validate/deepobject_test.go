package validate

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestADeepObjectSaysEachThingOnce(t *testing.T) {
	for query, want := range map[string]bool{
		"":                        true,
		"f":                       true,
		"other[a=1":               true,
		"f[a]=1&f[b][c]=2&fa[x=3": true,
		"f[a]=1&f[ab]=2":          true,
		"f[a]=1&f[a][b]=2":        false,
		"f[a][b]=1&f[a]=2":        false,
		"f[a]=1&f[a]b=2":          false,
		"f[a]b[c]=1":              false,
		"f[a=1":                   false,
		"f[a[b]]=1":               false,
		"f[a%1fb]=1":              false,
	} {
		values, err := url.ParseQuery(query)
		assert.NoError(t, err)
		assert.Equal(t, want, isDeepObject("f", values), query)
	}
}
