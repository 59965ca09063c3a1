package validate

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
	operations map[string]*operation // by method
	allow      string                // the Allow header's value
}

// A segment is one part of a template between slashes: literal text around at
// most one parameter ("reports", "{id}", "{id}.json").
type segment struct {
	prefix, suffix string
	param          string // empty: the prefix is all
}

// compileRoutes lists the routes in the order in which they are tried: kin-openapi's,
// but of "{id}.json" and "{id}", which it puts by their parameters' names, the
// one with more text first.
func compileRoutes(ps *programs, doc *openapi3.T, givenBase string) ([]*route, error) {
	paths := doc.Paths.InMatchingOrder()
	slices.SortStableFunc(paths, func(a, b string) int {
		return cmp.Or(cmp.Compare(strings.Count(a, "{"), strings.Count(b, "{")), cmp.Compare(literals(b), literals(a)))
	})
	var routes []*route
	for _, path := range paths {
		item := doc.Paths.Value(path)
		below := map[string]*route{} // by base path: an operation may have servers of its own
		for method, op := range item.Operations() {
			bases, err := basePaths(serversOf(doc, item, op), givenBase)
			if err != nil {
				return nil, err
			}
			compiled := compileOperation(ps, doc, item, op, method, path)
			for _, base := range bases {
				rt := below[base]
				if rt == nil {
					segments, err := splitTemplate(base + path)
					if err != nil {
						return nil, err
					}
					rt = &route{template: path, segments: segments, names: namesOf(segments), operations: map[string]*operation{}}
					below[base] = rt
				}
				rt.operations[method] = compiled
			}
		}
		for _, base := range slices.Sorted(maps.Keys(below)) {
			rt := below[base]
			if get := rt.operations[http.MethodGet]; get != nil && rt.operations[http.MethodHead] == nil {
				rt.operations[http.MethodHead] = get // RFC 9110, section 9.3.2: what takes GET takes HEAD
			}
			rt.allow = strings.Join(slices.Sorted(maps.Keys(rt.operations)), ", ")
			routes = append(routes, rt)
		}
	}
	return routes, nil
}

// serversOf returns the servers that hold for an operation, the closest.
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
			return nil, fmt.Errorf("validate: the path %q has two parameters in one segment", template)
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

// match appends the decoded path values to into. The path is compared as it was
// sent, segment by segment: it is never cleaned and never leads to a redirect,
// and a segment that decodes to "." or ".." matches nothing, for whoever comes
// after may take it for a step up.
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

// matchDecoded is match for a path whose segments were decoded.
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

// decodePath returns the segments of a path, each decoded once for all routes; ok
// is false for one that no route matches.
func decodePath(path string, longest int) (parts []string, ok bool) {
	rest, ok := strings.CutPrefix(path, "/")
	if !ok {
		return nil, false
	}
	parts = strings.SplitN(rest, "/", longest+1)
	for i, part := range parts {
		var err error
		if parts[i], err = url.PathUnescape(part); err != nil {
			return nil, false
		}
	}
	return parts, len(parts) <= longest
}

// find returns the operation that method and u name, or else the violation. The
// decoded path values are appended to into.
func (v *Validator) find(method string, u *url.URL, into []string) (*operation, pathValues, Violations) {
	escaped := u.RawPath != ""
	var parts []string
	routes := v.routes
	if escaped { // what is sent is not just what Path is when it is escaped
		var ok bool
		if parts, ok = decodePath(u.EscapedPath(), v.longest); !ok {
			routes = nil
		}
	}
	for _, rt := range routes {
		var values []string
		var ok bool
		if escaped {
			values, ok = rt.matchDecoded(parts, into)
		} else {
			values, ok = rt.match(u.Path, into)
		}
		if !ok {
			continue
		}
		if op := rt.operations[method]; op != nil {
			return op, pathValues{rt, values}, nil
		}
		return nil, pathValues{}, Violations{{
			Direction: Request, Method: method, Path: rt.template, Where: InPath,
			Rule: RuleMethod, Status: http.StatusMethodNotAllowed, Message: messageOf(RuleMethod), Allow: rt.allow,
		}}
	}
	return nil, pathValues{}, Violations{{
		Direction: Request, Method: method, Where: InPath,
		Rule: RuleRoute, Status: http.StatusNotFound, Message: messageOf(RuleRoute),
	}}
}

// OperationID returns the operationId of the operation that a request is of; it
// is empty for a request of none, and for an operation that has none.
func (v *Validator) OperationID(r *http.Request) string {
	if op, _, _ := v.find(r.Method, r.URL, nil); op != nil {
		return op.id
	}
	return ""
}

// operationsOf lists each operation once: it may stand below several bases.
func operationsOf(routes []*route) (list []*operation) {
	for _, rt := range routes {
		for _, op := range rt.operations {
			if !slices.Contains(list, op) {
				list = append(list, op)
			}
		}
	}
	return list
}
