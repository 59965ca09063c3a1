package sessions

import (
	"errors"
	"net"
	"os"
	"strings"
	"syscall"
)

// explainReply returns what an error reply to a command means. command is nil if
// the server sent the error by itself.
func explainReply(command []string, reply replyError) error {
	refused := func(reason string) error { return &nodeError{ErrRefused, reason, reply} }
	busy := func(reason string) error { return &nodeError{ErrBusy, reason, reply} }
	switch {
	case reply.hasAny("ERR max number of clients"):
		return &nodeError{ErrBusy, "the node has reached its maximum number of clients", errors.Join(errMaxClients, reply)}
	case reply.hasAny("BUSY "):
		return busy("the node is busy with a script")
	case reply.hasAny("LOADING "):
		return busy("the node is loading its data")
	case reply.hasAny("NOAUTH", "ERR operation not permitted"):
		return refused("the node requires a password")
	case reply.hasAny("WRONGPASS", "ERR invalid password", "ERR invalid username-password"):
		return &nodeError{ErrRefused, "the node rejects the user name and the password", errors.Join(errWrongPassword, reply)}
	case command != nil && command[0] == "AUTH" && reply.hasAny("ERR wrong number of arguments"):
		return refused("the server is too old: it has no users, which came with Redis 6")
	case reply.hasAny("NOPERM"):
		return refused("the node's user may not run " + commandName(command))
	case reply.hasAny("DENIED"):
		return refused("the node is in protected mode: without a password it accepts only local connections")
	case reply.hasAny("ERR unknown command"):
		name, _, _ := strings.Cut(commandName(command), " ")
		return refused("the node does not know " + name + ": it may be renamed or disabled")
	case commandName(command) == "CLIENT ID":
		return refused("the server is too old: it does not know CLIENT ID, which came with Redis 5")
	default:
		return refused("the node replies to " + commandName(command) + " with an error")
	}
}

// hasAny reports whether the reply starts with one of the prefixes, in any case.
func (e replyError) hasAny(prefixes ...string) bool {
	for _, p := range prefixes {
		if len(e) >= len(p) && strings.EqualFold(string(e[:len(p)]), p) {
			return true
		}
	}
	return false
}

// commandName returns a command's name, with its subcommand.
func commandName(command []string) string {
	switch {
	case len(command) == 0:
		return "a command"
	case command[0] == "CLIENT" && len(command) > 1:
		return command[0] + " " + command[1]
	default:
		return command[0]
	}
}

// explainNetwork returns why no connection could be made.
func explainNetwork(err error) error {
	if errors.Is(err, syscall.ECONNRESET) {
		return &nodeError{ErrUnreachable, closedEarly, errors.Join(errClosedEarly, err)}
	}
	reason := "no connection can be made"
	var dns *net.DNSError
	var timeout net.Error
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		reason = "the node's host name does not exist"
	case errors.As(err, &dns):
		reason = "the node's host name cannot be looked up"
	case errors.Is(err, syscall.ECONNREFUSED):
		reason = "the node's host refuses the connection: nothing listens on the port"
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		reason = "there is no route to the node"
	case errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		reason = "the node's host does not respond"
	}
	return &nodeError{ErrUnreachable, reason, err}
}
