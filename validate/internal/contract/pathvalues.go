package contract

import "slices"

// PathValues are the decoded path values of one request, in the order of the
// path's names.
type PathValues struct {
	route  *route
	values []string
}

func (p *PathValues) names() []string {
	if p.route == nil {
		return nil
	}
	return p.route.names
}

// PathValue returns the value of a name, as http.Request's does.
func (p *PathValues) PathValue(name string) string {
	for i, n := range p.names() {
		if n == name {
			return p.values[i]
		}
	}
	return ""
}

// All yields each name and its value.
func (p *PathValues) All(yield func(name, value string) bool) {
	for i, name := range p.names() {
		if !yield(name, p.values[i]) {
			return
		}
	}
}

// Clone returns values that do not share the memory that Find was given.
func (p *PathValues) Clone() PathValues { return PathValues{p.route, slices.Clone(p.values)} }

// Map returns the values by name, nil if there are none.
func (p *PathValues) Map() map[string]string {
	if len(p.names()) == 0 {
		return nil
	}
	m := make(map[string]string, len(p.names()))
	for name, value := range p.All {
		m[name] = value
	}
	return m
}
