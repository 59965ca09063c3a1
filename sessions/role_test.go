package sessions_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
	"github.com/dcs-sessions/dcs-sessions/sessions"
)

func TestANodeWithoutReplicasIsAMaster(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, server localnode.Node) {
		role, err := openNode(t, sessions.Options{Address: server.Addr()}).Role(t.Context())
		require.NoError(t, err)
		assert.Equal(t, sessions.RoleMaster, role)
	})
}

func TestAPrimaryAndItsReplicaHaveTheirRoles(t *testing.T) {
	t.Parallel()
	primary, replica := startPair(t)
	for want, server := range map[sessions.Role]*localnode.Process{sessions.RoleMaster: primary, sessions.RoleReplica: replica} {
		role, err := openNode(t, sessions.Options{Address: server.Addr()}).Role(t.Context())
		require.NoError(t, err)
		assert.Equal(t, want, role)
	}
}

func TestARoleIsUnknownIfOnlyRoleIsForbidden(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args    []string
		options sessions.Options
	}{
		"the user has no right":  {[]string{"--user", "u", "on", ">s3cret", "-@all", "+client|id"}, sessions.Options{Credentials: user("u", "s3cret")}},
		"the command is renamed": {[]string{"--rename-command", "ROLE", "HIDDEN"}, sessions.Options{}},
	} {
		t.Run(name, func(t *testing.T) {
			c.options.Address = redistest.Start(t, c.args...).Addr()
			role, err := openNode(t, c.options).Role(t.Context())
			require.NoError(t, err)
			assert.Equal(t, sessions.RoleUnknown, role)
		})
	}
}

func TestANodeThatRefusesEverythingHasNoRole(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args    []string
		options sessions.Options
	}{
		"the password is missing":  {[]string{"--requirepass", "s3cret"}, sessions.Options{}},
		"the password is wrong":    {[]string{"--requirepass", "s3cret"}, sessions.Options{Credentials: password("wr0ng")}},
		"the user has no right":    {[]string{"--user", "u", "on", ">s3cret", "-@all"}, sessions.Options{Credentials: user("u", "s3cret")}},
		"all commands are renamed": {[]string{"--rename-command", "ROLE", "HIDDEN", "--rename-command", "CLIENT", "HIDDEN2"}, sessions.Options{}},
	} {
		t.Run(name, func(t *testing.T) {
			c.options.Address = redistest.Start(t, c.args...).Addr()
			_, err := openNode(t, c.options).Role(t.Context())
			require.ErrorIs(t, err, sessions.ErrRefused)
		})
	}
}
