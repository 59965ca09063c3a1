package main

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/dcs-sessions/dcs-sessions/client/clienttest"
)

func TestADryRunOfAddressesShowsWhichAreConnected(t *testing.T) {
	t.Parallel()
	api := clienttest.New()
	defer api.Close()
	replica, why := named("n", 3, "", "10.0.0.3"), "replication"
	replica.Protected, replica.Protection = true, why
	api.SetSessions("n", infos(named("n", 1, "web", "10.0.0.1"), replica))
	args := on(api, "kill", "--dry-run", "10.0.0.1:40001", "[::ffff:10.0.0.3]:40003", "10.0.0.9:1", "--id", "9")
	code, stdout, stderr := called(t.Context(), true, args...)
	assert.Equal(t, exitOK, code, stderr)
	assert.Equal(t, `ID  PEER            NAME  USER  RESULT
1   10.0.0.1:40001  web   app   would be killed
3   10.0.0.3:40003        app   protected: replication
-   10.0.0.9:1                  not connected
9   -                           not connected

2 of 4 sessions connected; nothing was killed
the kill would be refused: 1 protected
`, stdout)
	assert.Empty(t, api.Kills())

	code, stdout, _ = called(t.Context(), false, args...)
	assert.Equal(t, exitOK, code)
	assert.Contains(t, stdout, `"result": "not connected"`)
}

func TestAnInvalidAddressOrIDIsRefused(t *testing.T) {
	t.Parallel()
	for says, args := range map[string][]string{
		`"web-1" is not an address (ip:port or [ip6]:port, see the PEER column of 'list'); to kill by name, use --filter 'name=…'`:   {"web-1"},
		`"10.0.0.1" is not an address (ip:port or [ip6]:port, see the PEER column of 'list'); to kill all sessions of an IP, use --`: {"10.0.0.1"},
		`"17" is not an address (ip:port or [ip6]:port, see the PEER column of 'list'); to kill by id, use --id`:                     {"17"},
		`"10.0.0.1:080" is not an address`:       {"10.0.0.1:080"},
		`"010.0.0.1:80" is not an address`:       {"10.0.0.1:1", "010.0.0.1:80"},
		`"[fe80::1%eth0]:1" is not an address`:   {"[fe80::1%eth0]:1"},
		`"" is not an address`:                   {""},
		`"a\x1b" is not an address`:              {"a\x1b"},
		`--id "0" is not the id of a session`:    {"--id", "0"},
		`--id "-1" is not the id of a session`:   {"--id", "7,-1"},
		`--id "07" is not the id of a session`:   {"--id", "07"},
		`--id "web" is not the id of a session`:  {"--id", "web"},
		`--id "9999999999999999999" is not the `: {"--id", "9999999999999999999"},
	} {
		for _, dry := range []string{"--dry-run", "--dry-run=false"} {
			api := twoNodes(t)
			code, stdout, stderr := called(t.Context(), true, on(api, append([]string{"kill", dry, "--node", "a"}, args...)...)...)
			assert.Equal(t, exitUsage, code)
			assert.Empty(t, stdout)
			assert.Contains(t, stderr, says)
			assert.NotContains(t, stderr, "\x1b")
			assert.Empty(t, api.Kills())
		}
	}
}

func TestAKillPrintsTheResultOfEachSession(t *testing.T) {
	t.Parallel()
	api := withProtected(t)
	_, _, _ = called(t.Context(), true, on(api, "list")...)
	another := named("n", 9, "another", "10.0.0.4")
	another.Addr = "10.0.0.4:40004"
	another.Peer = another.Addr
	socket := "/run/redis.sock:0"
	unix := named("n", 2, "leaky-2", "")
	unix.Addr, unix.Peer = socket, socket
	api.SetSessions("n", infos(named("n", 1, "leaky-1", "10.0.0.1"), unix, another))

	args := on(api, "kill", "--id", "2,8", "10.0.0.1:40001", "--id", "2", "10.0.0.4:40004", "10.0.0.9:1")
	code, stdout, stderr := called(t.Context(), true, args...)
	assert.Equal(t, exitFailed, code)
	assert.Equal(t, `ID  PEER            RESULT
-   10.0.0.1:40001  killed
-   10.0.0.4:40004  replaced
-   10.0.0.9:1      gone
2   -               killed
8   -               gone
`, stdout)
	assert.Regexp(t, `^dcs-sessions: 400 DCS\.4800: Another session now uses an address of the request\. .*\(Replaced: 10\.0\.0\.4:40004\. List again\.\) \[request [^ ]+\]\n$`, stderr)

	code, stdout, stderr = called(t.Context(), false, on(api, "kill", "10.0.0.1:40001", "--id", "2")...)
	assert.Equal(t, exitOK, code, stderr)
	assert.JSONEq(t, `{"results":[{"address":"10.0.0.1:40001","result":"gone"},{"id":"2","result":"gone"}]}`, stdout)
}

func TestARefusedKillShowsWhichSessionsAreProtected(t *testing.T) {
	t.Parallel()
	api := withProtected(t)
	code, stdout, stderr := called(t.Context(), true, on(api, "kill", "10.0.0.1:40001", "10.0.0.3:40003")...)
	assert.Equal(t, exitFailed, code)
	assert.Equal(t, "PEER            RESULT\n10.0.0.1:40001  not killed\n10.0.0.3:40003  protected: sentinel\n", stdout)
	assert.Contains(t, stderr, "400 DCS.4800: ")
	api.FailNextOf(clienttest.ListClients, 1, 403, "DCS.2007", "No right.")
	_, stdout, _ = called(t.Context(), true, on(api, "kill", "10.0.0.3:40003")...)
	assert.Equal(t, "PEER            RESULT\n10.0.0.3:40003  not killed\n", stdout, "the sessions cannot be listed")
}
