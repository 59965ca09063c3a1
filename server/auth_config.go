package server

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/dcs-sessions/dcs-sessions/fleet"
)

// Auth lists who may call. Empty: everybody who reaches the listener. It holds
// no secret, only where secrets are.
type Auth struct {
	Tokens     []Token     `yaml:"tokens"`
	AccessKeys []AccessKey `yaml:"access_keys"`
}

// A Token is a credential that is sent as X-Auth-Token.
type Token struct {
	Name     string   `yaml:"name"`     // for the log; no other credential has it
	SHA256   string   `yaml:"sha256"`   // of the token, 64 lower-case hexadecimal digits
	Projects []string `yaml:"projects"` // ids that it may touch; "*" is all
	Actions  []string `yaml:"actions"`  // ActionList, ActionKill; absent is all
	Expires  string   `yaml:"expires"`  // RFC 3339; absent is never
}

// An AccessKey is a credential that signs requests, by SDK-HMAC-SHA256 or
// V11-HMAC-SHA256.
type AccessKey struct {
	Name      string   `yaml:"name"`       // for the log; no other credential has it
	AccessKey string   `yaml:"access_key"` // its id (AK)
	Projects  []string `yaml:"projects"`   // ids that it may touch; "*" is all
	Actions   []string `yaml:"actions"`    // ActionList, ActionKill; absent is all

	// Where the secret (SK) is: an environment variable's name or a file's path,
	// one of them. A file's closing line break is not part of it.
	SecretKeyEnv  string `yaml:"secret_key_env"`
	SecretKeyFile string `yaml:"secret_key_file"`

	// SecurityTokenSHA256 is that of the X-Security-Token which each request
	// must then carry, as a temporary key's requests do.
	SecurityTokenSHA256 string `yaml:"security_token_sha256"`
}

func (a *Auth) empty() bool { return len(a.Tokens) == 0 && len(a.AccessKeys) == 0 }

var (
	digestForm = regexp.MustCompile(`^[0-9a-f]{64}$`)
	actions    = []string{ActionList, ActionKill}
)

// open checks a and reads the secrets. The error is a *fleet.ConfigError whose
// path starts at a. It quotes neither a digest nor an access key: what stands in
// their place may be a secret.
func (a *Auth) open(getenv func(string) string) (*credentials, error) {
	c := &credentials{keys: map[string]*accessKey{}, locks: newLocks(maxLocks)}
	names := map[string]bool{}
	for i := range a.Tokens {
		t, err := a.Tokens[i].open(names, below("tokens", i))
		if err != nil {
			return nil, err
		}
		if c.find(t.digest) != nil {
			return nil, bad("another token has the same SHA-256", "tokens", i, "sha256")
		}
		c.tokens = append(c.tokens, t)
	}
	for i := range a.AccessKeys {
		k, err := a.AccessKeys[i].open(names, getenv, below("access_keys", i))
		if err != nil {
			return nil, err
		}
		id := a.AccessKeys[i].AccessKey
		if c.keys[id] != nil {
			return nil, bad("another access key has the same id", "access_keys", i, "access_key")
		}
		c.keys[id] = k
	}
	return c, nil
}

// place gives the path of what is below one entry of a list.
type place func(steps ...any) []any

func below(entry ...any) place {
	return func(steps ...any) []any { return slices.Concat(entry, steps) }
}

func (t *Token) open(names map[string]bool, at place) (k token, err error) {
	if k.credential, err = openCredential("a token", t.Name, t.Projects, t.Actions, names, at); err != nil {
		return k, err
	}
	if k.digest, err = openDigest("a token", t.SHA256, at("sha256")); err != nil {
		return k, err
	}
	if t.Expires == "" {
		return k, nil
	}
	if k.expires, err = time.Parse(time.RFC3339, t.Expires); err != nil {
		return k, bad("the time is not like 2027-01-31T00:00:00Z (RFC 3339)", at("expires")...)
	}
	return k, nil
}

func (a *AccessKey) secret() fleet.Secret {
	return fleet.Secret{Key: "secret_key", Env: a.SecretKeyEnv, File: a.SecretKeyFile}
}

func (a *AccessKey) open(names map[string]bool, getenv func(string) string, at place) (*accessKey, error) {
	var k accessKey
	var err error
	if k.credential, err = openCredential("an access key", a.Name, a.Projects, a.Actions, names, at); err != nil {
		return nil, err
	}
	if !fleet.IsID(a.AccessKey) {
		return nil, bad("the access key is not 1 to 64 letters, digits, - or _", at("access_key")...)
	}
	if k.secret, err = a.secret().Read(getenv, func(key string) []any { return at(key) }); err != nil {
		return nil, err
	}
	if k.secret == "" {
		return nil, bad("an access key needs secret_key_env or secret_key_file", at("secret_key_env")...)
	}
	if a.SecurityTokenSHA256 != "" {
		digest, err := openDigest("a security token", a.SecurityTokenSHA256, at("security_token_sha256"))
		if err != nil {
			return nil, err
		}
		k.securityToken = &digest
	}
	return &k, nil
}

// openCredential also remembers the name in names.
func openCredential(what, name string, projects, acts []string, names map[string]bool, at place) (c credential, err error) {
	switch {
	case name == "" || names[name]:
		return c, bad(what+" needs a name of its own", at("name")...)
	case len(projects) == 0:
		return c, bad(what+` needs projects; "*" is all`, at("projects")...)
	case acts != nil && len(acts) == 0:
		return c, bad("an empty list allows nothing: without the key every action is allowed", at("actions")...)
	}
	for j, id := range projects {
		if id != "*" && !fleet.IsID(id) {
			return c, bad(fmt.Sprintf("the project id %q is not 1 to 64 letters, digits, - or _", id), at("projects", j)...)
		}
	}
	for j, action := range acts {
		if !slices.Contains(actions, action) {
			return c, bad(fmt.Sprintf("the action %q is not one of %s", action, strings.Join(actions, ", ")), at("actions", j)...)
		}
	}
	if acts == nil {
		acts = actions
	}
	names[name] = true
	return credential{name: name, projects: projects, actions: acts}, nil
}

func openDigest(of, text string, path []any) (digest [sha256.Size]byte, err error) {
	if !digestForm.MatchString(text) {
		return digest, bad("not the SHA-256 of "+of+": 64 lower-case hexadecimal digits", path...)
	}
	_, err = hex.Decode(digest[:], []byte(text))
	return digest, err
}

func bad(message string, path ...any) error {
	return &fleet.ConfigError{Path: path, Message: message}
}

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
