package validate

import (
	"net/http"
	"sync"
)

// A ledger is a copy of a header, in memory that is used again.
type ledger struct {
	lines  []line
	values []string
}

// A line is one name with its values, which stand in the ledger's from a to b.
type line struct {
	name string
	a, b int
}

// take copies h.
func (l *ledger) take(h http.Header) {
	l.lines, l.values = l.lines[:0], l.values[:0]
	if len(h) == 0 {
		return
	}
	for name, values := range h {
		a := len(l.values)
		l.values = append(l.values, values...)
		l.lines = append(l.lines, line{name, a, len(l.values)})
	}
}

// restore makes h what was taken.
func (l *ledger) restore(h http.Header) {
	if l.isOf(h) {
		return
	}
	clear(h)
	for _, line := range l.lines {
		h[line.name] = append([]string(nil), l.values[line.a:line.b]...)
	}
}

func (l *ledger) isOf(h http.Header) bool {
	if len(h) != len(l.lines) {
		return false
	}
	for _, line := range l.lines {
		values, ok := h[line.name]
		if !ok || len(values) != line.b-line.a {
			return false
		}
		for i, value := range values {
			if value != l.values[line.a+i] {
				return false
			}
		}
	}
	return true
}

func (l *ledger) forget() {
	clear(l.lines)
	clear(l.values)
}

// What a response needs while it is held. Nothing of it goes further than the
// holdingWriter, so it is used again.
type hold struct {
	before ledger // the connection's header when the handler began
	sent   ledger // the handler's, at WriteHeader
	body   buffer
}

var holds = sync.Pool{New: func() any { return new(hold) }}

// maxHold is how large a body's memory is kept.
const maxHold = 1 << 20

// begin makes the body one of a message that is charged.
func (h *hold) begin(limit int64, c *charge) {
	h.body.limit, h.body.length, h.body.charge = limit, -1, c
	h.body.data = h.body.data[:0]
}

// release gives the memory back. The charge is ended by those who have it.
func (h *hold) release() {
	h.before.forget()
	h.sent.forget()
	h.body = buffer{data: h.body.data[:0]}
	if cap(h.body.data) > maxHold {
		h.body.data = nil
	}
	holds.Put(h)
}
