package localnode

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// A ReplyError is an error reply of a server, without the "-": "ERR syntax error".
type ReplyError struct{ Message string }

func (e *ReplyError) Error() string { return e.Message }

func isReply(err error) bool {
	var reply *ReplyError
	return errors.As(err, &reply)
}

var errProtocol = errors.New("localnode: not a RESP2 reply")

const nilReply = "(nil)"

// readReply reads one RESP2 reply and joins its elements. The error is a
// [*ReplyError], errProtocol or that of the reader.
func readReply(r *bufio.Reader) (string, error) {
	line, err := r.ReadString('\n')
	if err != nil {
		return "", err
	}
	line = strings.TrimSuffix(line, "\r\n")
	if line == "" {
		return "", errProtocol
	}
	kind, rest := line[0], line[1:]
	switch kind {
	case '+', ':':
		return rest, nil
	case '-':
		return "", &ReplyError{rest}
	}
	n, err := strconv.Atoi(rest)
	switch {
	case err != nil || kind != '$' && kind != '*':
		return "", fmt.Errorf("%w: %q", errProtocol, line)
	case n < 0:
		return nilReply, nil
	case kind == '$':
		return readBulk(r, n)
	}
	return readArray(r, n)
}

func readBulk(r *bufio.Reader, n int) (string, error) {
	b := make([]byte, n+len("\r\n"))
	if _, err := io.ReadFull(r, b); err != nil {
		return "", err
	}
	return string(b[:n]), nil
}

func readArray(r *bufio.Reader, n int) (string, error) {
	parts := make([]string, 0, n)
	for range n {
		part, err := readReply(r)
		if err != nil && !isReply(err) {
			return "", err
		}
		if err != nil {
			part = err.Error() // an element can be an error, for example in EXEC
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, " "), nil
}
