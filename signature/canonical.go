package signature

import (
	"net/http"
	"net/url"
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
