package validate

import "net/http"

// pathValues are the decoded path values of one request, in the order of the
// route's names.
type pathValues struct {
	route  *route
	values []string
}

// PathValue is http.Request's.
func (p *pathValues) PathValue(name string) string {
	for i, n := range p.route.names {
		if n == name {
			return p.values[i]
		}
	}
	return ""
}

func (p *pathValues) asMap() map[string]string {
	if len(p.route.names) == 0 {
		return nil
	}
	m := make(map[string]string, len(p.route.names))
	for i, name := range p.route.names {
		m[name] = p.values[i]
	}
	return m
}

// copied returns a shallow copy of r that has the path values, where r keeps
// those that it has.
func (p *pathValues) copied(r *http.Request) *http.Request {
	out := *r
	for i, name := range p.route.names {
		before := r.PathValue(name)
		if out.SetPathValue(name, p.values[i]); r.PathValue(name) != before {
			r.SetPathValue(name, before) // r shares its values with its copies
			deep := r.Clone(r.Context())
			for i, name := range p.route.names {
				deep.SetPathValue(name, p.values[i])
			}
			return deep
		}
	}
	return &out
}
