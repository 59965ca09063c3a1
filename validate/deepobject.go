package validate

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Limits of a parameter of style deepObject: how many names may stand in each
// other, and how many items its lists may have that nothing was sent for.
const (
	maxDeep  = 6
	maxHoles = 1 << 14
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
		if strings.Count(inner, "][") >= maxDeep {
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
	return holes(paths) <= maxHoles
}

// holes tells how long the lists are together that the indexes in names like
// a[3][b] may make: kin-openapi makes each as long as its largest index. A name
// ends with its bracket.
func holes(names []string) (n int) {
	longest := map[string]int{}
	for _, name := range names {
		for i := strings.IndexByte(name, '['); i >= 0; {
			end := i + strings.IndexByte(name[i:], ']')
			index, err := strconv.Atoi(name[i+1 : end])
			if err == nil && index <= 2*maxHoles { // or kin-openapi refuses it alone
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
