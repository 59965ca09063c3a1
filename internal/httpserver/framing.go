package httpserver

import (
	"bytes"
	"net/http"
)

const (
	// readAhead is how much of the next request net/http may have read when a
	// response is done: its buffer, and one byte.
	readAhead = 4096 + 1

	maxFieldName = len("transfer-encoding:")
)

// A framing finds out whether a request's header has both Content-Length and
// Transfer-Encoding, which net/http hides. It looks at the bytes since the last
// response, and may take the end of that request's body, or what comes in a
// pipeline, for a part of the header: then a connection is closed that could have
// been kept.
type framing struct {
	line []byte // the current line's first bytes
	tail []byte // the last bytes read while a handler has the request

	contentLength, transferEncoding bool
}

// saw takes bytes as they are read.
func (f *framing) saw(p []byte, handling bool) {
	if handling {
		f.tail = append(f.tail, p[max(0, len(p)-readAhead):]...)
		f.tail = f.tail[max(0, len(f.tail)-readAhead):]
		return
	}
	for len(p) > 0 {
		line, rest, ended := bytes.Cut(p, []byte("\n"))
		if len(f.line) < maxFieldName {
			f.line = append(f.line, line[:min(len(line), maxFieldName-len(f.line))]...)
			f.contentLength = f.contentLength || startsWith(f.line, "content-length:")
			f.transferEncoding = f.transferEncoding || startsWith(f.line, "transfer-encoding:")
		}
		if ended {
			f.line = f.line[:0]
		}
		p = rest
	}
}

func startsWith(line []byte, name string) bool {
	return len(line) >= len(name) && bytes.EqualFold(line[:len(name)], []byte(name))
}

// ambiguous reports whether RFC 9112, 6.1 wants the connection closed after the
// answer to r: both are there, or Transfer-Encoding is in HTTP/1.0.
func (f *framing) ambiguous(r *http.Request) bool {
	if !r.ProtoAtLeast(1, 1) {
		return f.transferEncoding
	}
	return len(r.TransferEncoding) > 0 && f.contentLength
}

// next begins with the next request.
func (f *framing) next() {
	tail := f.tail
	*f = framing{}
	f.saw(tail, false)
}
