package sessions

import (
	"errors"
	"net"

	"github.com/tidwall/redcon"
)

// A reply is the reply to one command.
type reply struct {
	text string // of an array its first element's
	err  error  // explained; it wraps a replyError if the server replied
}

// A replyError is an error reply, without its "-".
type replyError string

func (e replyError) Error() string { return string(e) }

// isReply reports whether err is an error reply of the server.
func isReply(err error) bool {
	var reply replyError
	return errors.As(err, &reply)
}

var (
	errNotRESP = errors.New("the server does not speak Redis's protocol")
	errTLS     = errors.New("the server speaks TLS")
)

// replyTo converts what was read to the reply to a command.
func replyTo(command []string, v redcon.RESP) reply {
	switch v.Type {
	case redcon.Error:
		return reply{err: explainReply(command, replyError(v.Data))}
	case redcon.Array:
		var first reply
		v.ForEach(func(e redcon.RESP) bool {
			first.text = string(e.Data)
			return false
		})
		return first
	default:
		return reply{text: string(v.Data)}
	}
}

// appendCommand appends a command in the protocol's form.
func appendCommand(b []byte, args []string) []byte {
	b = redcon.AppendArray(b, len(args))
	for _, arg := range args {
		b = redcon.AppendBulkString(b, arg)
	}
	return b
}

// A replyReader reads replies from a connection. It loses nothing if a deadline
// passes in the middle of a reply.
type replyReader struct {
	conn net.Conn
	buf  []byte
	off  int // buf[:off] was returned
}

// next returns the next reply, which is valid until next is called again.
func (r *replyReader) next() (redcon.RESP, error) {
	for {
		n, v := redcon.ReadNextRESP(r.buf[r.off:])
		if n > 0 {
			r.off += n
			return v, nil
		}
		if rest := r.buf[r.off:]; len(rest) > 0 {
			switch rest[0] {
			case redcon.Integer, redcon.String, redcon.Bulk, redcon.Array, redcon.Error:
			case 0x15, 0x16: // TLS records: alert, handshake
				return redcon.RESP{}, errTLS
			default:
				return redcon.RESP{}, errNotRESP
			}
		}
		if err := r.fill(); err != nil {
			return redcon.RESP{}, err
		}
	}
}

// fill reads what is available. It drops a large buffer once it is empty.
func (r *replyReader) fill() error {
	const minSize = 64 << 10
	rest := r.buf[r.off:]
	switch {
	case len(rest) == 0 && cap(r.buf) > minSize:
		r.buf = make([]byte, 0, minSize)
	case len(rest) < cap(r.buf)/2:
		r.buf = r.buf[:copy(r.buf[:cap(r.buf)], rest)]
	default:
		larger := make([]byte, len(rest), max(minSize, 2*cap(r.buf)))
		copy(larger, rest)
		r.buf = larger
	}
	r.off = 0
	n, err := r.conn.Read(r.buf[len(r.buf):cap(r.buf)])
	r.buf = r.buf[:len(r.buf)+n]
	if n > 0 {
		return nil
	}
	return err
}
