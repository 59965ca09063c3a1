package sessions

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"
)

// authenticate sends the password alone: Redis 8.0.6 and Valkey 8.1.1 swallow a
// refusal that does not come first in a pipeline.
func (l *link) authenticate(ctx context.Context, username, password string) error {
	auth := []string{"AUTH", password}
	switch {
	case username != "":
		auth = []string{"AUTH", username, password}
	case password == "":
		return nil
	}
	err := l.ask(ctx, auth).err
	var said replyError
	if errors.As(err, &said) && said.hasAny("ERR AUTH <password> called without any password", "ERR Client sent AUTH, but no password is set") {
		return nil // the server wants none
	}
	return err
}

// links counts the connections of all nodes, to tell them apart.
var links atomic.Uint64

// identify asks for the connection's id and the server's run, and how the server
// lists this connection.
func (l *link) identify(ctx context.Context) error {
	id, info := l.ask2(ctx, []string{"CLIENT", "ID"}, []string{"INFO", "server"})
	if id.err != nil {
		return id.err
	}
	if l.self = number(id.text); l.self <= 0 {
		return &nodeError{ErrRefused, notRedis, fmt.Errorf("CLIENT ID is %q", id.text)}
	}
	if info.err != nil && !isReply(info.err) {
		return info.err
	}
	if l.run = field(info.text, "run_id:"); l.run == "" { // INFO may not be asked
		l.run = fmt.Sprintf("connection %d", links.Add(1))
	}
	own, clients := l.ask2(ctx, []string{"CLIENT", "LIST", "ID", id.text}, []string{"INFO", "clients"})
	if own.err != nil && !isReply(own.err) {
		return own.err
	}
	rows := parseList(own.text)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.countClients(clients)
	l.listsIDs = own.err == nil
	l.dotted = len(rows) == 1 && rows[0].Peer.Addr().Is4() && !strings.HasPrefix(rows[0].Addr, "[")
	return nil
}

// countClients notes how many sessions the server has, as INFO has it.
func (l *link) countClients(info reply) {
	if n := number(field(info.text, "connected_clients:")); n > 0 {
		l.clients, l.counted, l.informs = int(n), time.Now(), true
	}
}

// field returns the value of a field of INFO, "" where it is not there.
func field(info, name string) string {
	_, rest, _ := strings.Cut(info, "\n"+name)
	value, _, _ := strings.Cut(rest, "\r\n")
	return value
}
