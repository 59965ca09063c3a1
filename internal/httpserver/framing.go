package httpserver

import (
	"bytes"
	"net/http"
)

const (
	// readAhead is how much of the next request net/http may have read when a
	// response is complete: its buffer and one byte.
	readAhead = 4096 + 1

	maxFieldName = len("transfer-encoding:")
)

// A framing detects a request header with both Content-Length and
// Transfer-Encoding, which net/http hides. It scans the bytes since the last
// response. It may take the end of the last request's body, or a pipelined
// request, for a part of the header; then a connection is closed that could have
// been kept open.
type framing struct {
	line []byte // the first bytes of the current line
	tail []byte // the last bytes read while a handler has the request

	contentLength, transferEncoding bool
}

// scan is given the bytes as they are read.
func (f *framing) scan(p []byte, handling bool) {
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

// ambiguous reports whether RFC 9112, 6.1 requires the connection to be closed
// after the response to r: r has both headers, or it has Transfer-Encoding in
// HTTP/1.0.
func (f *framing) ambiguous(r *http.Request) bool {
	if !r.ProtoAtLeast(1, 1) {
		return f.transferEncoding
	}
	return len(r.TransferEncoding) > 0 && f.contentLength
}

// next starts the next request with the bytes of it that were read ahead.
func (f *framing) next() {
	tail := f.tail
	*f = framing{}
	f.scan(tail, false)
}
