package validate

import (
	"net/url"
	"slices"
	"strings"
)

// isDeepObject tells whether a query says one thing of the parameter called
// name, of style deepObject. kin-openapi takes a[b] and a[b]c for the same, and
// of a[b]=1&a[b][c]=2 it panics or believes either, as the order of a map has it.
func isDeepObject(name string, query url.Values) bool {
	var paths []string
	for key := range query {
		path, ok := strings.CutPrefix(key, name)
		if !ok || !strings.HasPrefix(path, "[") {
			continue
		}
		inner, ok := strings.CutSuffix(path[1:], "]")
		if !ok || strings.ContainsAny(strings.ReplaceAll(inner, "][", ""), "[]\x1f") { // 1f parts names in kin-openapi
			return false
		}
		paths = append(paths, path)
	}
	slices.Sort(paths) // what begins with a path now stands behind it
	for i := 1; i < len(paths); i++ {
		if strings.HasPrefix(paths[i], paths[i-1]) {
			return false
		}
	}
	return true
}
