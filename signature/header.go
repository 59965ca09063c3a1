package signature

import (
	"fmt"
	"net/http"
	"strings"
)

// appendHeader appends the line of one signed header: its name, a colon and its
// value without white space around it.
func appendHeader(b []byte, r *http.Request, name string) ([]byte, error) {
	var value string
	if name == "host" {
		value = hostOf(r)
		if value == "" {
			return nil, fmt.Errorf("%w: host", ErrHeaderMissing)
		}
		if !hostLetter.all(value) { // net/http would send another
			return nil, ambiguous("the host is not a name or an address")
		}
	} else {
		values := valuesOf(r.Header, name)
		if len(values) == 0 {
			return nil, fmt.Errorf("%w: %s", ErrHeaderMissing, name)
		}
		if len(values) > 1 {
			return nil, ambiguous("the header " + name + " is there more than once")
		}
		value = strings.Trim(values[0], " \t")
	}
	if !valueLetter.all(value) { // net/http lets none pass, and a line end would pass for another header
		return nil, ambiguous("the header " + name + " has a control character")
	}
	b = append(append(b, name...), ':')
	return append(append(b, value...), '\n'), nil
}

// hostOf returns the host with its port, on a server and on a client.
func hostOf(r *http.Request) string {
	if r.Host == "" {
		return r.URL.Host
	}
	return r.Host
}

// valuesOf returns what h has under the lower-case name. It is
// h.Values(name) without the copy of a name that net/http does not know.
func valuesOf(h http.Header, name string) []string {
	var few [64]byte
	key := append(few[:0], name...)
	first := true
	for i, c := range key {
		if first && 'a' <= c && c <= 'z' {
			key[i] = c - 'a' + 'A'
		}
		first = c == '-'
	}
	return h[string(key)]
}

// only returns the one value that h has under a canonical name, or "".
func only(h http.Header, name string) (string, error) {
	switch values := h[name]; len(values) {
	case 0:
		return "", nil
	case 1:
		return strings.Trim(values[0], " \t"), nil
	}
	return "", ambiguous(name + " is there more than once")
}
