package sessions_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"

	"github.com/dcs-sessions/dcs-sessions/internal/fakeredis"
	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
	"github.com/dcs-sessions/dcs-sessions/sessions"
)

// exampleServer starts a small Redis server with two clients, web-1 and web-2. Use
// the address of your own server instead.
func exampleServer() (addr string, stop func()) {
	server, err := fakeredis.Start()
	if err != nil {
		panic(err)
	}
	var clients []*localnode.Session
	for _, name := range []string{"web-1", "web-2"} {
		client, err := localnode.Dial(server.Addr(), name)
		if err != nil {
			panic(err)
		}
		clients = append(clients, client)
	}
	return server.Addr(), func() {
		for _, c := range clients {
			c.Close()
		}
		server.Close()
	}
}

// A listed session is killed by the address that the listing showed. If another
// client takes that address in between, it is not hit.
func Example() {
	addr, stop := exampleServer()
	defer stop()
	ctx := context.Background()
	node := sessions.New(sessions.Options{Address: addr})
	defer node.Close()

	listing, err := node.List(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	snapshot := listing.Snapshot()
	var targets []sessions.Target
	for i := range listing.Sessions {
		if s := &listing.Sessions[i]; s.Name == "web-1" {
			targets = append(targets, snapshot.Addr(s.Peer))
		}
	}
	for range 2 { // a kill may be repeated
		outcomes, err := node.Kill(ctx, targets)
		fmt.Println(outcomes[0].Result, err)
	}
	// Output:
	// killed <nil>
	// gone <nil>
}

// New returns at once; the node connects in the background.
func ExampleNew() {
	addr, stop := exampleServer()
	defer stop()
	node := sessions.New(sessions.Options{
		Address: addr,
		Credentials: func(context.Context) (username, password string, err error) {
			return "", "", nil // read the password here, so that it can be rotated
		},
	})
	defer node.Close()
	role, err := node.Role(context.Background())
	fmt.Println(role, err)
	// Output: master <nil>
}

func ExampleNode_List() {
	addr, stop := exampleServer()
	defer stop()
	node := sessions.New(sessions.Options{Address: addr})
	defer node.Close()
	listing, err := node.List(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	for i := range listing.Sessions {
		s := &listing.Sessions[i]
		fmt.Printf("%q idle for %d s, protection %q\n", s.Name, s.Idle, s.Protection())
	}
	// Output:
	// "web-1" idle for 0 s, protection ""
	// "web-2" idle for 0 s, protection ""
	// "" idle for 0 s, protection "self"
}

// A target without a snapshot is whichever client is at the address now. An address
// without a client counts as done.
func ExampleNode_Kill() {
	addr, stop := exampleServer()
	defer stop()
	node := sessions.New(sessions.Options{Address: addr})
	defer node.Close()
	outcomes, err := node.Kill(context.Background(), []sessions.Target{
		{Addr: netip.MustParseAddrPort("192.0.2.1:50000")},
		sessions.ID(1), // of web-1, the server's first client
	})
	for _, o := range outcomes {
		fmt.Println(o.Result)
	}
	fmt.Println(err)
	// Output:
	// gone
	// killed
	// <nil>
}

// KillAll keeps the connections that must live, such as the node's own.
func ExampleNode_KillAll() {
	addr, stop := exampleServer()
	defer stop()
	node := sessions.New(sessions.Options{Address: addr})
	defer node.Close()
	outcomes, err := node.KillAll(context.Background(), nil)
	for _, o := range outcomes {
		fmt.Printf("%s %q\n", o.Result, o.Protection)
	}
	fmt.Println(err)
	// Output:
	// killed ""
	// killed ""
	// protected "self"
	// <nil>
}

// Reason returns a text without addresses and secrets.
func ExampleReason() {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	ln.Close() // now nothing listens there
	node := sessions.New(sessions.Options{Address: ln.Addr().String()})
	defer node.Close()
	_, err = node.List(context.Background())
	fmt.Println(errors.Is(err, sessions.ErrUnreachable))
	fmt.Println(sessions.Reason(err))
	// Output:
	// true
	// the node's host refuses the connection: nothing listens on the port
}
