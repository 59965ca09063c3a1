package compat

import (
	"strings"
	"testing"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/invoker/retry"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/fakeredis"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
)

func TestAProtectedSessionRefusesTheWholeRequest(t *testing.T) {
	primary := redistest.Start(t)
	host, port, _ := strings.Cut(primary.Addr(), ":")
	redistest.Start(t, "--replicaof", host, port)
	c := serve(t, primary.Addr()).call(t, deploy)
	c.kill(gone(1)...) // the server is connected from here on
	admin, victim := redistest.Dial(t, primary.Addr(), "admin"), redistest.Dial(t, primary.Addr(), "victim")

	// addr is the address of the one session of this type that the test has not
	// opened.
	addr := func(kind string) (found string) {
		require.Eventually(t, func() bool {
			list, err := admin.Do("CLIENT", "LIST", "TYPE", kind)
			require.NoError(t, err)
			for line := range strings.Lines(list) {
				_, rest, _ := strings.Cut(line, " addr=")
				if a, _, _ := strings.Cut(rest, " "); a != admin.Addr() && a != victim.Addr() {
					found = a
				}
			}
			return found != ""
		}, 10*time.Second, 20*time.Millisecond)
		return found
	}
	for name, kind := range map[string]string{"a replication link": "replica", "this server's own connection": "normal"} {
		t.Run(name, func(t *testing.T) {
			protected := addr(kind)
			_, err := c.HangUpClients(request(victim.Addr(), protected))
			e := c.refused(err, 400, "DCS.4800")
			assert.Contains(t, e.ErrorMessage, "Nothing was killed.")
			assert.Equal(t, "Protected: "+protected+" ("+name+")", c.details())
			assert.True(t, victim.Open())
			assert.Equal(t, protected, addr(kind))
		})
	}
	c.kill(victim.Addr()) // it could have been killed all the time
	assert.True(t, victim.Closed())
}

func TestANodeThatIsDownIsToldAsSuch(t *testing.T) {
	node := redistest.Start(t)
	c := serve(t, node.Addr()).call(t, deploy)
	require.NoError(t, node.Close())
	_, err := c.HangUpClients(request(gone(1)...))
	assert.Equal(t, "Failed to query the instance.", c.refused(err, 500, "DCS.5024").ErrorMessage)
	assert.Contains(t, c.details(), "Trying again is safe.")
}

func TestABusyNodeIsTriedAgainByTheSDK(t *testing.T) {
	node, err := fakeredis.Start() // a fault that a real server does not give on demand
	require.NoError(t, err)
	defer node.Close()
	c := serve(t, node.Addr()).call(t, deploy)
	victim := redistest.Dial(t, node.Addr(), "victim")
	node.Fail("BUSY Redis is busy running a script.")
	i := c.HangUpClientsInvoker(request(victim.Addr()))
	tries := 0
	i.WithRetry(3, func(_ any, err error) bool {
		if tries++; tries == 2 {
			node.Fail("")
		}
		if err != nil {
			c.refused(err, 503, "DCS.5024")
			assert.Equal(t, "1", c.header.Get("Retry-After"))
		}
		return err != nil
	}, retry.None{})
	_, err = i.Invoke()
	require.NoError(t, err)
	assert.Equal(t, 3, tries)
	assert.True(t, victim.Closed())
}
