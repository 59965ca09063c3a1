package signature

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// appendCanonical appends the canonical request: a line each for the method, path,
// query, every signed header, an empty line, the names of the headers and the
// payload's hash.
func appendCanonical(b []byte, r *http.Request, signed []string, payload *[64]byte) (_ []byte, err error) {
	method := r.Method
	if method == "" {
		method = http.MethodGet // as net/http sends it
	}
	if !token.all(method) {
		return nil, ambiguous("the method is not a token")
	}
	b = append(append(b, method...), '\n')
	if b, err = appendPath(b, r.URL); err != nil {
		return nil, err
	}
	b = append(b, '\n')
	if b, err = appendQuery(b, r.URL.RawQuery); err != nil {
		return nil, err
	}
	b = append(b, '\n')
	for _, name := range signed {
		if b, err = appendHeader(b, r, name); err != nil {
			return nil, err
		}
	}
	b = appendNames(append(b, '\n'), signed)
	return append(append(b, '\n'), payload[:]...), nil
}

// appendNames appends names, separated by semicolons.
func appendNames(b []byte, names []string) []byte {
	for i, name := range names {
		if i > 0 {
			b = append(b, ';')
		}
		b = append(b, name...)
	}
	return b
}

// appendPath appends the path as it is sent, with a slash at its end and every
// byte percent-encoded that is not unreserved. An encoded slash, %2F, stays
// encoded: it does not separate segments.
func appendPath(b []byte, u *url.URL) (_ []byte, err error) {
	path, escaped := u.Path, u.RawPath != ""
	if escaped {
		path = u.EscapedPath()
	}
	if u.Opaque != "" || path != "" && path[0] != '/' {
		return nil, ambiguous("the path does not begin with a slash")
	}
	if !escaped {
		b = appendEncoded(b, path, unreserved|slash)
	} else {
		for segment := range strings.SplitSeq(path[1:], "/") {
			if segment, err = url.PathUnescape(segment); err != nil {
				return nil, err // never, of EscapedPath
			}
			b = appendEncoded(append(b, '/'), segment, unreserved)
		}
	}
	if !strings.HasSuffix(path, "/") {
		b = append(b, '/')
	}
	return b, nil
}

// appendEncoded appends s, with every byte percent-encoded that is not in plain.
func appendEncoded(b []byte, s string, plain charClass) []byte {
	const digits = "0123456789ABCDEF"
	done := 0 // s[:done] is appended
	for i := range len(s) {
		if c := s[i]; classesOf[c]&plain == 0 {
			b = append(append(b, s[done:i]...), '%', digits[c>>4], digits[c&15])
			done = i + 1
		}
	}
	return append(b, s[done:]...)
}

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

// maxParameters is net/url's own limit.
const maxParameters = 10_000

type parameter struct{ key, value string }

// appendQuery appends the parameters that [url.ParseQuery] reads from raw as
// key=value, sorted by decoded key and then by decoded value.
func appendQuery(b []byte, raw string) ([]byte, error) {
	if strings.Contains(raw, ";") { // once a separator: net/url drops such parameters, others split them
		return nil, ambiguous("the query has a semicolon")
	}
	var buf [16]parameter
	parameters := buf[:0]
	for more := raw != ""; more; {
		var pair string
		if pair, raw, more = strings.Cut(raw, "&"); pair == "" {
			continue
		}
		key, value, _ := strings.Cut(pair, "=")
		key, err := url.QueryUnescape(key)
		if err == nil {
			value, err = url.QueryUnescape(value)
		}
		if err != nil { // net/url would drop the parameter
			return nil, ambiguous("the query has a percent sign without two digits")
		}
		if len(parameters) == maxParameters {
			return nil, ambiguous("the query has too many parameters")
		}
		parameters = append(parameters, parameter{key, value})
	}
	slices.SortFunc(parameters, func(x, y parameter) int {
		if by := strings.Compare(x.key, y.key); by != 0 {
			return by
		}
		return strings.Compare(x.value, y.value)
	})
	for i, p := range parameters {
		if i > 0 {
			b = append(b, '&')
		}
		b = append(appendEncoded(b, p.key, unreserved), '=')
		b = appendEncoded(b, p.value, unreserved)
	}
	return b, nil
}
