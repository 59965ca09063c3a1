package contract

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// A route is one path template of the contract below one base path.
type route struct {
	template   string
	segments   []segment
	names      []string              // of the parameters, in their order
	operations map[string]*Operation // by method
	allow      string                // the Allow header's value
}

// A segment is one part of a template between slashes: literal text around at
// most one parameter ("reports", "{id}", "{id}.json").
type segment struct {
	prefix, suffix string
	param          string // empty: the prefix is all
}

// addRoutes adds the document's paths in the order in which they are tried:
// kin-openapi's, except that of "{id}.json" and "{id}", which kin-openapi sorts by
// their parameters' names, the one with more literal text is first.
func (c *Contract) addRoutes(doc *openapi3.T, basePath string) error {
	paths := doc.Paths.InMatchingOrder()
	slices.SortStableFunc(paths, func(a, b string) int {
		return cmp.Or(cmp.Compare(strings.Count(a, "{"), strings.Count(b, "{")), cmp.Compare(literals(b), literals(a)))
	})
	for _, path := range paths {
		routes, err := c.routesOf(doc, path, basePath)
		if err != nil {
			return err
		}
		for _, rt := range routes {
			c.routes = append(c.routes, rt)
			c.maxSegments = max(c.maxSegments, len(rt.segments))
		}
	}
	return nil
}

// routesOf returns the routes of one path: several if its operations have servers
// with other base paths.
func (c *Contract) routesOf(doc *openapi3.T, path, basePath string) ([]*route, error) {
	item := doc.Paths.Value(path)
	byBase := map[string]*route{}
	operations := item.Operations()
	for _, method := range slices.Sorted(maps.Keys(operations)) {
		bases, err := basePaths(serversOf(doc, item, operations[method]), basePath)
		if err != nil {
			return nil, err
		}
		op := newOperation(doc, item, operations[method], method, path)
		op.Index = len(c.Operations)
		c.Operations = append(c.Operations, op)
		for _, base := range bases {
			rt := byBase[base]
			if rt == nil {
				segments, err := splitTemplate(base + path)
				if err != nil {
					return nil, err
				}
				rt = &route{template: path, segments: segments, names: namesOf(segments), operations: map[string]*Operation{}}
				byBase[base] = rt
			}
			rt.operations[method] = op
		}
	}
	var routes []*route
	for _, base := range slices.Sorted(maps.Keys(byBase)) {
		rt := byBase[base]
		if get := rt.operations[http.MethodGet]; get != nil && rt.operations[http.MethodHead] == nil {
			rt.operations[http.MethodHead] = get // RFC 9110, section 9.3.2: a resource that has GET has HEAD
		}
		rt.allow = strings.Join(slices.Sorted(maps.Keys(rt.operations)), ", ")
		routes = append(routes, rt)
	}
	return routes, nil
}

// serversOf returns the servers of an operation: its own, its path's, or the
// document's.
func serversOf(doc *openapi3.T, item *openapi3.PathItem, op *openapi3.Operation) openapi3.Servers {
	switch {
	case op.Servers != nil && len(*op.Servers) > 0:
		return *op.Servers
	case len(item.Servers) > 0:
		return item.Servers
	default:
		return doc.Servers
	}
}

// basePaths returns the prefixes that stand before a path of these servers, each
// without its closing slash; given, if it is not empty, is the only one.
func basePaths(servers openapi3.Servers, given string) ([]string, error) {
	if given != "" {
		if given[0] != '/' {
			return nil, fmt.Errorf("BasePath %q does not start with a slash", given)
		}
		return []string{strings.TrimRight(given, "/")}, nil
	}
	if len(servers) == 0 {
		return []string{""}, nil
	}
	var bases []string
	seen := map[string]bool{}
	for _, server := range servers {
		base, err := server.BasePath()
		if err != nil {
			return nil, fmt.Errorf("the contract's server %q: %w", server.URL, err)
		}
		base = strings.TrimRight(base, "/")
		if !seen[base] {
			seen[base] = true
			bases = append(bases, base)
		}
	}
	return bases, nil
}

// literals counts the bytes of a template that are not parameters.
func literals(template string) (n int) {
	for part := range strings.SplitSeq(template, "{") {
		n += len(part) - strings.IndexByte(part, '}') - 1
	}
	return n
}

func splitTemplate(template string) ([]segment, error) {
	var segments []segment
	for part := range strings.SplitSeq(strings.TrimPrefix(template, "/"), "/") {
		prefix, rest, found := strings.Cut(part, "{")
		if !found {
			segments = append(segments, segment{prefix: part})
			continue
		}
		param, suffix, _ := strings.Cut(rest, "}")
		if strings.Contains(suffix, "{") {
			return nil, fmt.Errorf("the path %q has two parameters in one segment", template)
		}
		segments = append(segments, segment{prefix: prefix, suffix: suffix, param: param})
	}
	return segments, nil
}

func namesOf(segments []segment) (names []string) {
	for _, s := range segments {
		if s.param != "" {
			names = append(names, s.param)
		}
	}
	return names
}

// match appends the path values to into. The path is compared as it was sent,
// segment by segment: match never cleans it and never leads to a redirect. A
// segment "." or ".." matches nothing, because the next server may take it for a
// step up.
func (rt *route) match(path string, into []string) (values []string, ok bool) {
	if !strings.HasPrefix(path, "/") {
		return nil, false
	}
	rest, more := path[1:], true
	for i := range rt.segments {
		if !more {
			return nil, false
		}
		var text string
		if text, rest, more = strings.Cut(rest, "/"); text == "." || text == ".." {
			return nil, false
		}
		if into, ok = rt.segments[i].match(text, into); !ok {
			return nil, false
		}
	}
	return into, !more
}

// matchDecoded is match for the decoded segments of a path.
func (rt *route) matchDecoded(parts, into []string) (values []string, ok bool) {
	if len(parts) != len(rt.segments) {
		return nil, false
	}
	for i, text := range parts {
		if into, ok = rt.segments[i].match(text, into); !ok || text == "." || text == ".." {
			return nil, false
		}
	}
	return into, true
}

func (s *segment) match(text string, into []string) (values []string, ok bool) {
	if s.param == "" {
		return into, text == s.prefix
	}
	if len(text) <= len(s.prefix)+len(s.suffix) ||
		!strings.HasPrefix(text, s.prefix) || !strings.HasSuffix(text, s.suffix) {
		return nil, false
	}
	return append(into, text[len(s.prefix):len(text)-len(s.suffix)]), true
}

// decodePath returns the segments of a path, each decoded once for all routes. ok
// is false for a path that no route can match.
func decodePath(path string, maxSegments int) (parts []string, ok bool) {
	rest, ok := strings.CutPrefix(path, "/")
	if !ok {
		return nil, false
	}
	parts = strings.SplitN(rest, "/", maxSegments+1)
	for i, part := range parts {
		var err error
		if parts[i], err = url.PathUnescape(part); err != nil {
			return nil, false
		}
	}
	return parts, len(parts) <= maxSegments
}
