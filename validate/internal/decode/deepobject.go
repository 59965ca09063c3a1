package decode

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Limits of a parameter of style deepObject: how deep names may nest, and how many
// items that were not sent its lists may have.
const (
	maxDeep  = 6
	maxHoles = 1 << 14
)

// isDeepObject reports whether a query gives the parameter called name, of style
// deepObject, one meaning. kin-openapi takes a[b] and a[b]c for the same; with
// a[b]=1&a[b][c]=2 it panics or takes either, depending on a map's order.
func isDeepObject(name string, query url.Values) bool {
	var paths []string
	for key := range query {
		path, ok := strings.CutPrefix(key, name)
		if !ok || !strings.HasPrefix(path, "[") {
			continue
		}
		inner, ok := strings.CutSuffix(path[1:], "]")
		if !ok || strings.ContainsAny(strings.ReplaceAll(inner, "][", ""), "[]\x1f") { // kin-openapi separates names by 1f
			return false
		}
		if strings.Count(inner, "][") >= maxDeep {
			return false
		}
		paths = append(paths, path)
	}
	slices.Sort(paths) // a path now comes before those that begin with it
	for i := 1; i < len(paths); i++ {
		if strings.HasPrefix(paths[i], paths[i-1]) {
			return false
		}
	}
	return holes(paths) <= maxHoles
}

// holes returns the sum of the lengths of the lists that the indexes in names like
// a[3][b] make: kin-openapi makes each list as long as its largest index. Each name
// ends with a bracket.
func holes(names []string) (n int) {
	longest := map[string]int{}
	for _, name := range names {
		for i := strings.IndexByte(name, '['); i >= 0; {
			end := i + strings.IndexByte(name[i:], ']')
			index, err := strconv.Atoi(name[i+1 : end])
			if err == nil && index <= 2*maxHoles { // kin-openapi refuses larger ones itself
				before := longest[name[:i]]
				longest[name[:i]] = max(before, index)
				n += max(0, index-before)
			}
			next := strings.IndexByte(name[end:], '[')
			if next < 0 {
				break
			}
			i = end + next
		}
	}
	return n
}
