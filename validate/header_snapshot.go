package validate

import "net/http"

// A headerSnapshot is a copy of a header, in memory that is used again.
type headerSnapshot struct {
	entries []headerEntry
	values  []string
}

// A headerEntry is a name with its values: those of the snapshot from a to b.
type headerEntry struct {
	name string
	a, b int
}

// save copies h.
func (s *headerSnapshot) save(h http.Header) {
	s.entries, s.values = s.entries[:0], s.values[:0]
	if len(h) == 0 {
		return
	}
	for name, values := range h {
		a := len(s.values)
		s.values = append(s.values, values...)
		s.entries = append(s.entries, headerEntry{name, a, len(s.values)})
	}
}

// restore makes h what was saved.
func (s *headerSnapshot) restore(h http.Header) {
	if s.equal(h) {
		return
	}
	clear(h)
	for _, e := range s.entries {
		h[e.name] = append([]string(nil), s.values[e.a:e.b]...)
	}
}

func (s *headerSnapshot) equal(h http.Header) bool {
	if len(h) != len(s.entries) {
		return false
	}
	for _, e := range s.entries {
		values, ok := h[e.name]
		if !ok || len(values) != e.b-e.a {
			return false
		}
		for i, value := range values {
			if value != s.values[e.a+i] {
				return false
			}
		}
	}
	return true
}

// reset forgets what was saved, and keeps the memory.
func (s *headerSnapshot) reset() {
	clear(s.entries)
	clear(s.values)
}
