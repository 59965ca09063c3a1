package server

import (
	"errors"
	"fmt"
	"reflect"
)

// SetAuth reads the secrets of auth and takes its credentials in place of those
// before; calls under way keep what they began with. Locked access keys are
// unlocked, so that an operator who mends a secret need not wait. On an error
// nothing changes.
//
// The credentials of a server that has some cannot all be taken away: it would
// then answer everybody who reaches it, perhaps on a public address.
func (a *API) SetAuth(auth Auth) error {
	c, err := auth.open(a.getenv)
	if err != nil {
		return fmt.Errorf("server: Auth: %w", err)
	}
	if old := a.credentials.Load(); old != nil && !old.empty() && c.empty() {
		return errors.New("server: Auth: a server with credentials cannot go on without any")
	}
	a.credentials.Store(c)
	return nil
}

// Reload reads the file of the configuration that the server runs with again,
// takes its auth section and logs that. One that is bad is logged, and the old
// one stays. What else has changed in the file is logged too: it takes a restart.
func (a *API) Reload(running *Config) {
	const refused = "the new credentials are refused, the old ones stay"
	c, err := LoadConfig(running.path, running.getenv)
	if err != nil {
		a.log.Error(refused, "error", err)
		return
	}
	if err := a.SetAuth(c.Auth); err != nil {
		a.log.Error(refused, "error", err)
		return
	}
	a.log.Info("credentials loaded", "config", c.path, "tokens", len(c.Auth.Tokens), "access_keys", len(c.Auth.AccessKeys))
	for key, same := range map[string]bool{
		"listen":          c.Listen == running.Listen,
		"audit":           c.Audit == running.Audit,
		"trusted_proxies": reflect.DeepEqual(c.TrustedProxies, running.TrustedProxies),
		"projects":        reflect.DeepEqual(c.Projects, running.Projects),
	} {
		if !same {
			a.log.Warn("a change in the configuration takes a restart", "config", c.path, "key", key)
		}
	}
}
