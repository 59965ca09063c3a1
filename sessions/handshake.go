package sessions

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
)

// authenticate sends AUTH alone: Redis 8.0.6 and Valkey 8.1.1 drop a refusal
// that is not the first reply of a pipeline.
func (c *conn) authenticate(ctx context.Context, username, password string) error {
	auth := []string{"AUTH", password}
	switch {
	case username != "":
		auth = []string{"AUTH", username, password}
	case password == "":
		return nil
	}
	err := c.exec(ctx, auth)[0].err
	var reply replyError
	if errors.As(err, &reply) && reply.hasAny("ERR AUTH <password> called without any password", "ERR Client sent AUTH, but no password is set") {
		return nil // the server needs no password
	}
	return err
}

// connCount counts the connections of all nodes, to give each its own run id
// where INFO is not allowed.
var connCount atomic.Uint64

// identify reads the connection's id and the server's run id, and finds out how
// the server lists this connection.
func (c *conn) identify(ctx context.Context) error {
	replies := c.exec(ctx, []string{"CLIENT", "ID"}, []string{"INFO", "server"})
	id, info := replies[0], replies[1]
	if id.err != nil {
		return id.err
	}
	if c.id = parseInt(id.text); c.id <= 0 {
		return &nodeError{ErrRefused, notRedis, fmt.Errorf("CLIENT ID is %q", id.text)}
	}
	if info.err != nil && !isReply(info.err) {
		return info.err
	}
	if c.runID = infoField(info.text, "run_id"); c.runID == "" { // INFO is not allowed
		c.runID = fmt.Sprintf("connection %d", connCount.Add(1))
	}
	replies = c.exec(ctx, []string{"CLIENT", "LIST", "ID", id.text}, []string{"INFO", "clients"})
	own, clients := replies[0], replies[1]
	if own.err != nil && !isReply(own.err) {
		return own.err
	}
	rows := parseList(own.text)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.countClients(clients)
	c.listsByID = own.err == nil
	c.plainIPv4 = len(rows) == 1 && rows[0].Peer.Addr().Is4() && !strings.HasPrefix(rows[0].Addr, "[")
	return nil
}

// countClients stores the number of sessions that INFO reports. c.mu is held.
func (c *conn) countClients(info reply) {
	if n := parseInt(infoField(info.text, "connected_clients")); n > 0 {
		c.clientCount, c.infoAllowed = int(n), true
	}
}

// infoField returns the value of a field in the reply to INFO, or "" if the
// reply lacks it.
func infoField(info, name string) string {
	_, rest, _ := strings.Cut(info, "\n"+name+":")
	value, _, _ := strings.Cut(rest, "\r\n")
	return value
}
