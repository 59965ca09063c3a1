package validate

import (
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
	operations map[string]*operation // by method
	allow      string                // the Allow header's value
}

// A segment is one part of a template between slashes: literal text around at
// most one parameter ("reports", "{id}", "{id}.json").
type segment struct {
	prefix, suffix string
	param          string // empty: the prefix is all
}

func compileRoutes(doc *openapi3.T, bases []string) []*route {
	var routes []*route
	for _, path := range doc.Paths.InMatchingOrder() {
		item := doc.Paths.Value(path)
		operations := map[string]*operation{}
		var methods []string
		for method, op := range item.Operations() {
			operations[method] = compileOperation(doc, item, op, method, path)
			methods = append(methods, method)
		}
		slices.Sort(methods)
		for _, base := range bases {
			routes = append(routes, &route{
				template:   path,
				segments:   splitTemplate(base + path),
				operations: operations,
				allow:      strings.Join(methods, ", "),
			})
		}
	}
	return routes
}

func splitTemplate(template string) []segment {
	var segments []segment
	for part := range strings.SplitSeq(strings.TrimPrefix(template, "/"), "/") {
		prefix, rest, found := strings.Cut(part, "{")
		if !found {
			segments = append(segments, segment{prefix: part})
			continue
		}
		param, suffix, _ := strings.Cut(rest, "}")
		segments = append(segments, segment{prefix: prefix, suffix: suffix, param: param})
	}
	return segments
}

// match returns the decoded path values. The path is compared as it was sent,
// segment by segment: it is never cleaned and never leads to a redirect, and a
// segment that decodes to "." or ".." matches nothing, for whoever comes after
// may take it for a step up.
func (rt *route) match(escapedPath string) (map[string]string, bool) {
	if !strings.HasPrefix(escapedPath, "/") {
		return nil, false
	}
	rest, more := escapedPath[1:], true
	var values map[string]string
	for _, s := range rt.segments {
		if !more {
			return nil, false
		}
		var part string
		part, rest, more = strings.Cut(rest, "/")
		text, err := url.PathUnescape(part)
		if err != nil || text == "." || text == ".." {
			return nil, false
		}
		if s.param == "" {
			if text != s.prefix {
				return nil, false
			}
			continue
		}
		if len(text) <= len(s.prefix)+len(s.suffix) ||
			!strings.HasPrefix(text, s.prefix) || !strings.HasSuffix(text, s.suffix) {
			return nil, false
		}
		if values == nil {
			values = make(map[string]string, 4)
		}
		values[s.param] = text[len(s.prefix) : len(text)-len(s.suffix)]
	}
	return values, !more
}

// find returns the operation that method and u name, with the decoded path
// values. Without one it returns the violation, and for a method that the path
// does not have also the value of Allow.
func (v *Validator) find(method string, u *url.URL) (op *operation, values map[string]string, allow string, vs Violations) {
	path := u.EscapedPath()
	for _, rt := range v.routes {
		values, ok := rt.match(path)
		if !ok {
			continue
		}
		if op := rt.operations[method]; op != nil {
			return op, values, "", nil
		}
		return nil, nil, rt.allow, Violations{{
			Direction: Request, Method: method, Path: rt.template, Where: InPath,
			Rule: RuleMethod, Status: http.StatusMethodNotAllowed, Message: messageOf(RuleMethod),
		}}
	}
	return nil, nil, "", Violations{{
		Direction: Request, Method: method, Where: InPath,
		Rule: RuleRoute, Status: http.StatusNotFound, Message: messageOf(RuleRoute),
	}}
}
