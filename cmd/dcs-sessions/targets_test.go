package main

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/dcs-sessions/dcs-sessions/client/clienttest"
)

func TestADryRunOfAddressesTellsWhichAreConnected(t *testing.T) {
	api := clienttest.New()
	defer api.Close()
	replica := named("n", 3, "", "10.0.0.3")
	replica.Flags = "S"
	api.SetSessions("n", infos(named("n", 1, "web", "10.0.0.1"), replica))
	args := on(api, "kill", "--dry-run", "10.0.0.1:40001", "[::ffff:10.0.0.3]:40003", "10.0.0.9:1")
	code, stdout, stderr := called(t.Context(), true, args...)
	assert.Equal(t, exitOK, code, stderr)
	assert.Equal(t, `ID  PEER            NAME  USER  RESULT
1   10.0.0.1:40001  web   app   would be killed
3   10.0.0.3:40003        app   protected
-   10.0.0.9:1                  not connected

2 of 3 peers connected; nothing was killed
the kill would be refused: 1 must live
`, stdout)
	assert.Empty(t, api.Kills())

	code, stdout, _ = called(t.Context(), false, args...)
	assert.Equal(t, exitOK, code)
	assert.Contains(t, stdout, `"result": "not connected"`)
	code, _, stderr = called(t.Context(), true, on(api, "kill", "--dry-run", "10.0.0.1")...)
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, stderr, `"10.0.0.1" is not ip:port or [ip6]:port`)
}
