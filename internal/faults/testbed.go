package faults

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/rs/zerolog"

	"github.com/dcs-sessions/dcs-sessions/client"
)

// A Testbed is a node, with what makes it fail and what checks the results.
type Testbed struct {
	node, replica *Node
	link          *Link
	api           *API
	clients       *clients
	reg           *registry
	ip            netip.Addr // of the clients and the server
	random        *rand.Rand
	pace          Pace

	credentials []client.Credentials
	transport   *http.Transport
	recorder    *recorder
	checker     atomic.Pointer[checker]
	callers     int // the number of callers made in this round

	dir, acl string
}

// testbeds counts the testbeds, for their names.
var testbeds atomic.Int64

// open starts a testbed.
func open(ctx context.Context, o Options, server string, random *rand.Rand) (a *Testbed, err error) {
	zerolog.SetGlobalLevel(zerolog.Disabled)
	number := testbeds.Add(1)
	a = &Testbed{reg: newRegistry(), random: random, pace: o.Pace}
	// Every address in 127.0.0.0/8 is this machine, and no other program uses ports there.
	a.ip = netip.AddrFrom4([4]byte{127, byte(64 + rand.IntN(128)), byte(rand.IntN(250)), byte(1 + number%250)})
	defer func() {
		if err != nil {
			err = errors.Join(err, a.close())
		}
	}()
	dir, err := os.MkdirTemp("", "faults-")
	if err != nil {
		return a, err
	}
	api := &API{binary: o.Binary, dir: dir, addr: netip.AddrPortFrom(a.ip, 1000).String(), audit: newAudit(filepath.Join(dir, "audit.jsonl"))}
	a.dir, a.acl = dir, filepath.Join(dir, "users.acl")
	password := api.newPassword()
	if err := errors.Join(api.setPassword(password), a.writeACL(password)); err != nil {
		return a, err
	}
	if a.node, err = startNode(ctx, server, "--aclfile", a.acl); err != nil {
		return a, err
	}
	host, port, _ := strings.Cut(a.node.Addr(), ":")
	if a.replica, err = startNode(ctx, server, "--aclfile", a.acl, "--replicaof", host, port); err != nil {
		return a, err
	}
	if a.link, err = openLink(netip.AddrPortFrom(a.ip, 1001).String(), a.node.Addr()); err != nil {
		return a, err
	}
	if a.credentials, err = api.configure(a.node.Addr(), a.link.Addr()); err != nil {
		return a, err
	}
	a.transport = &http.Transport{MaxIdleConnsPerHost: 100, IdleConnTimeout: 5 * time.Second}
	a.recorder = &recorder{next: a.transport, run: api.run.Load, checker: a.checker.Load, name: fmt.Sprintf("a%d", number)}
	if err := api.start(ctx); err != nil {
		return a, err
	}
	a.api = api
	a.clients = openClients(context.WithoutCancel(ctx), a.node, a.reg, a.ip, o.Sessions, true)
	return a, a.awaitReplica(ctx)
}

// rights are the ACL rules of the server's user. They allow only what it needs.
var rights = []string{"-@all", "+client|list", "+client|kill", "+client|id", "+client|setname", "+info", "+role", "+ping"}

// writeACL writes the users that the node reads at its next start.
func (a *Testbed) writeACL(password string) error {
	text := "user default on nopass ~* &* +@all\nuser " + nodeUser + " on >" + password + " " + strings.Join(rights, " ") + "\n"
	return os.WriteFile(a.acl, []byte(text), 0o600)
}

// setNodePassword changes the password of the server's user on the node.
func (a *Testbed) setNodePassword(ctx context.Context, password string) error {
	if err := a.writeACL(password); err != nil {
		return err
	}
	_, err := a.node.Ask(ctx, append([]string{"ACL", "SETUSER", nodeUser, "reset", "on", ">" + password}, rights...)...)
	return err
}

// awaitReplica waits until the replica is connected to the node.
func (a *Testbed) awaitReplica(ctx context.Context) error {
	for a.node.linkID(ctx) == "" {
		if ctx.Err() != nil {
			return errors.New("the node has no replica")
		}
		time.Sleep(20 * time.Millisecond)
	}
	return nil
}

// caller returns a caller with credentials that no other caller of the round has.
// Callers that list and callers that do not never share credentials, because the
// server remembers a caller's listing for ten minutes.
func (a *Testbed) caller(w strategy, node string, most int) *caller {
	credentials := a.credentials[(2*a.callers)%len(a.credentials)]
	if w.lists {
		credentials = a.credentials[(2*a.callers+1)%len(a.credentials)]
	}
	c := &caller{
		url: a.api.URL(), node: node, credentials: credentials,
		http: &http.Client{Transport: a.recorder}, clients: a.clients, run: a.api.run.Load,
		random: rand.New(rand.NewPCG(a.random.Uint64(), 1)), most: most, strategy: w.kill,
	}
	a.callers++
	c.api, _ = client.New(c.url, client.Options{Credentials: c.credentials, Transport: a.recorder, Timeout: callTime, Retry: client.Retry{Attempts: 2}})
	return c
}

func (a *Testbed) close() error {
	var errs []error
	if a.clients != nil {
		a.clients.close()
	}
	if a.api != nil {
		_, err := a.api.end(syscall.SIGKILL)
		errs = append(errs, err)
		a.transport.CloseIdleConnections()
	}
	if a.link != nil {
		a.link.Close()
	}
	for _, n := range []*Node{a.replica, a.node} {
		if n != nil {
			errs = append(errs, n.Close())
		}
	}
	return errors.Join(append(errs, os.RemoveAll(a.dir))...)
}
