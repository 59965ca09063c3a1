package sessions

import (
	"errors"
	"net"
	"os"
	"strings"
	"syscall"
)

const (
	notRedis   = "this is no Redis or Valkey server"
	unanswered = "the node closes connections without an answer: it may be starting, or want TLS, or be no Redis or Valkey server"
)

// hasAny reports whether the reply begins with one of the texts, in any case.
func (e replyError) hasAny(beginnings ...string) bool {
	for _, b := range beginnings {
		if len(e) >= len(b) && strings.EqualFold(string(e[:len(b)]), b) {
			return true
		}
	}
	return false
}

// nameOf is a command's name, with its subcommand.
func nameOf(command []string) string {
	switch {
	case len(command) == 0:
		return "a command"
	case command[0] == "CLIENT" && len(command) > 1:
		return command[0] + " " + command[1]
	default:
		return command[0]
	}
}

// explainReply says what an error reply to a command means.
func explainReply(command []string, said replyError) error {
	refused := func(reason string) error { return &nodeError{ErrRefused, reason, said} }
	busy := func(reason string) error { return &nodeError{ErrBusy, reason, said} }
	switch {
	case said.hasAny("ERR max number of clients"):
		return &nodeError{ErrBusy, "the node has reached its maximum number of clients", errors.Join(errFull, said)}
	case said.hasAny("BUSY "):
		return busy("the node is busy with a script")
	case said.hasAny("LOADING "):
		return busy("the node is loading its data")
	case said.hasAny("NOAUTH", "ERR operation not permitted"):
		return refused("the node wants a password")
	case said.hasAny("WRONGPASS", "ERR invalid password", "ERR invalid username-password"):
		return &nodeError{ErrRefused, "the node does not take the user name and the password", errors.Join(errPassword, said)}
	case command != nil && command[0] == "AUTH" && said.hasAny("ERR wrong number of arguments"):
		return refused("the server is too old: it knows no users, which came with Redis 6")
	case said.hasAny("NOPERM"):
		return refused("the node's user may not run " + nameOf(command))
	case said.hasAny("DENIED"):
		return refused("the node is in protected mode: it takes no connections from elsewhere without a password")
	case said.hasAny("ERR unknown command"):
		name, _, _ := strings.Cut(nameOf(command), " ")
		return refused("the node does not know " + name + ": it may be renamed or disabled")
	case nameOf(command) == "CLIENT ID":
		return refused("the server is too old: it does not know CLIENT ID, which came with Redis 5")
	default:
		return refused("the node answers " + nameOf(command) + " with an error")
	}
}

// explainNetwork says why no connection could be made.
func explainNetwork(err error) error {
	if errors.Is(err, syscall.ECONNRESET) {
		return &nodeError{ErrUnreachable, unanswered, errors.Join(errUnanswered, err)}
	}
	reason := "no connection can be made"
	var dns *net.DNSError
	var timeout net.Error
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		reason = "the node's host name is not known"
	case errors.As(err, &dns):
		reason = "the node's host name cannot be looked up"
	case errors.Is(err, syscall.ECONNREFUSED):
		reason = "the node's host refuses the connection: nothing listens at the port"
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		reason = "there is no route to the node"
	case errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		reason = "the node's host does not answer"
	}
	return &nodeError{ErrUnreachable, reason, err}
}
