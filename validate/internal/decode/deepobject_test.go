package decode

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

		"f[a][b][c][d][e][f]=1":       true,
		"f[a][b][c][d][e][f][g]=1":    false,
		"f[16384]=1":                  true,
		"f[16385]=1":                  false,
		"f[a][9000]=1&f[b][9000]=1":   false,
		"f[99999999]=1":               true, // kin-openapi says where
		"f[9000]=1&f[8999]=1&f[10]=1": true,
	} {
		values, err := url.ParseQuery(query)
		assert.NoError(t, err)
		assert.Equal(t, want, isDeepObject("f", values), query)
	}
}
