package signature

import (
	"fmt"
	"net/http"
	"strings"
)

// appendHeader appends the line of one signed header: its name, a colon and its
// value without surrounding white space.
func appendHeader(b []byte, r *http.Request, name string) ([]byte, error) {
	var value string
	if name == "host" {
		value = hostOf(r)
		if value == "" {
			return nil, fmt.Errorf("%w: host", ErrHeaderMissing)
		}
		if !hostChar.all(value) { // net/http would send another host
			return nil, ambiguous("the host is not a name or an address")
		}
	} else {
		values := valuesOf(r.Header, name)
		if len(values) == 0 {
			return nil, fmt.Errorf("%w: %s", ErrHeaderMissing, name)
		}
		if len(values) > 1 {
			return nil, ambiguous("the header " + name + " is given more than once")
		}
		value = strings.Trim(values[0], " \t")
	}
	if !valueChar.all(value) { // net/http rejects these, and a line break would look like another header
		return nil, ambiguous("the header " + name + " has a control character")
	}
	b = append(append(b, name...), ':')
	return append(append(b, value...), '\n'), nil
}

// hostOf returns the host and port of a server's or a client's request.
func hostOf(r *http.Request) string {
	if r.Host == "" {
		return r.URL.Host
	}
	return r.Host
}

// valuesOf returns h.Values(name) for a lower-case name. It does not allocate for
// names that net/http does not know.
func valuesOf(h http.Header, name string) []string {
	var buf [64]byte
	key := append(buf[:0], name...)
	first := true
	for i, c := range key {
		if first && 'a' <= c && c <= 'z' {
			key[i] = c - 'a' + 'A'
		}
		first = c == '-'
	}
	return h[string(key)]
}

// single returns the only value of the header with a canonical name, or "" if
// there is none. Several values are an error.
func single(h http.Header, name string) (string, error) {
	switch values := h[name]; len(values) {
	case 0:
		return "", nil
	case 1:
		return strings.Trim(values[0], " \t"), nil
	}
	return "", ambiguous(name + " is given more than once")
}
