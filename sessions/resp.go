package sessions

import (
	"errors"
	"net"

	"github.com/tidwall/redcon"
)

// A reply is what a server says to one command.
type reply struct {
	text string // of an array its first element's
	err  error  // explained; what the server said is a replyError
}

// A replyError is an error reply, without its "-".
type replyError string

func (e replyError) Error() string { return string(e) }

// isReply reports whether the server did answer.
func isReply(err error) bool {
	var said replyError
	return errors.As(err, &said)
}

var (
	errNotRESP = errors.New("what it says is not Redis's protocol")
	errTLS     = errors.New("it speaks TLS")
)

// A reader reads replies from a connection. A deadline that passes in the middle
// of one loses nothing of it.
type reader struct {
	conn net.Conn
	buf  []byte // what was read
	at   int    // what of it was returned
}

// next returns the next reply, which holds until next is called again.
func (r *reader) next() (redcon.RESP, error) {
	for {
		n, reply := redcon.ReadNextRESP(r.buf[r.at:])
		if n > 0 {
			r.at += n
			return reply, nil
		}
		if rest := r.buf[r.at:]; len(rest) > 0 {
			switch rest[0] {
			case redcon.Integer, redcon.String, redcon.Bulk, redcon.Array, redcon.Error:
			case 0x15, 0x16: // the records of TLS: alert, handshake
				return redcon.RESP{}, errTLS
			default:
				return redcon.RESP{}, errNotRESP
			}
		}
		if err := r.more(); err != nil {
			return redcon.RESP{}, err
		}
	}
}

// more reads what there is. A large buffer is not kept for long.
func (r *reader) more() error {
	const usual = 64 << 10
	rest := r.buf[r.at:]
	switch {
	case len(rest) == 0 && cap(r.buf) > usual:
		r.buf = make([]byte, 0, usual)
	case len(rest) < cap(r.buf)/2:
		r.buf = r.buf[:copy(r.buf[:cap(r.buf)], rest)]
	default:
		larger := make([]byte, len(rest), max(usual, 2*cap(r.buf)))
		copy(larger, rest)
		r.buf = larger
	}
	r.at = 0
	n, err := r.conn.Read(r.buf[len(r.buf):cap(r.buf)])
	r.buf = r.buf[:len(r.buf)+n]
	if n > 0 {
		return nil
	}
	return err
}

// appendCommand appends a command as the protocol has it.
func appendCommand(b []byte, args []string) []byte {
	b = redcon.AppendArray(b, len(args))
	for _, arg := range args {
		b = redcon.AppendBulkString(b, arg)
	}
	return b
}

// replyTo makes a reply to a command of what was read.
func replyTo(command []string, r redcon.RESP) reply {
	switch r.Type {
	case redcon.Error:
		return reply{err: explainReply(command, replyError(r.Data))}
	case redcon.Array:
		var first reply
		r.ForEach(func(e redcon.RESP) bool {
			first.text = string(e.Data)
			return false
		})
		return first
	default:
		return reply{text: string(r.Data)}
	}
}
