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

// Auth lists the credentials that the server accepts. If it is empty, everybody
// who reaches the listener may call. Auth contains no secret; it says where the
// secrets are.
type Auth struct {
	Tokens     []Token     `yaml:"tokens"`
	AccessKeys []AccessKey `yaml:"access_keys"`
}

// A Token is a credential that a caller sends as X-Auth-Token.
type Token struct {
	Name     string   `yaml:"name"`     // for the log; unique among all credentials
	SHA256   string   `yaml:"sha256"`   // of the token, 64 lower-case hexadecimal digits
	Projects []string `yaml:"projects"` // ids of the projects it may use; "*" is all
	Actions  []string `yaml:"actions"`  // ActionList, ActionKill; absent is all
	Expires  string   `yaml:"expires"`  // RFC 3339; absent is never
}

// An AccessKey is a credential that signs requests with SDK-HMAC-SHA256 or
// V11-HMAC-SHA256.
type AccessKey struct {
	Name      string   `yaml:"name"`       // for the log; unique among all credentials
	AccessKey string   `yaml:"access_key"` // the key's id (AK)
	Projects  []string `yaml:"projects"`   // ids of the projects it may use; "*" is all
	Actions   []string `yaml:"actions"`    // ActionList, ActionKill; absent is all

	// The source of the secret (SK): the name of an environment variable or the
	// path of a file, exactly one of them. A line break at the file's end is not
	// part of the secret.
	SecretKeyEnv  string `yaml:"secret_key_env"`
	SecretKeyFile string `yaml:"secret_key_file"`

	// SecurityTokenSHA256 is the digest of a temporary key's security token. If
	// it is set, each request must carry that token as X-Security-Token.
	SecurityTokenSHA256 string `yaml:"security_token_sha256"`
}

func (a *Auth) empty() bool { return len(a.Tokens) == 0 && len(a.AccessKeys) == 0 }

var (
	digestPattern = regexp.MustCompile(`^[0-9a-f]{64}$`)
	allActions    = []string{ActionList, ActionKill}
)

// load checks a and reads the secrets. The error is a *fleet.ConfigError whose
// path starts at a. The error quotes no digest and no access key, because an
// operator may have put a secret there.
func (a *Auth) load(getenv func(string) string) (*credentials, error) {
	c := &credentials{keys: map[string]*accessKey{}, lockout: newLockout(maxLockoutKeys)}
	names := map[string]bool{}
	for i := range a.Tokens {
		t, err := a.Tokens[i].load(names)
		if err != nil {
			return nil, prefixPath(err, "tokens", i)
		}
		if c.find(t.digest) != nil {
			return nil, configError("another token has the same SHA-256", "tokens", i, "sha256")
		}
		c.tokens = append(c.tokens, t)
	}
	for i := range a.AccessKeys {
		k, err := a.AccessKeys[i].load(names, getenv)
		if err != nil {
			return nil, prefixPath(err, "access_keys", i)
		}
		id := a.AccessKeys[i].AccessKey
		if c.keys[id] != nil {
			return nil, configError("another access key has the same id", "access_keys", i, "access_key")
		}
		c.keys[id] = k
	}
	return c, nil
}

func (t *Token) load(names map[string]bool) (k token, err error) {
	if k.credential, err = newCredential("a token", t.Name, t.Projects, t.Actions, names); err != nil {
		return k, err
	}
	if k.digest, err = parseDigest(t.SHA256, "a token", "sha256"); err != nil {
		return k, err
	}
	if t.Expires == "" {
		return k, nil
	}
	if k.expires, err = time.Parse(time.RFC3339, t.Expires); err != nil {
		return k, configError("the time is not like 2027-01-31T00:00:00Z (RFC 3339)", "expires")
	}
	return k, nil
}

func (a *AccessKey) secret() fleet.Secret {
	return fleet.Secret{Key: "secret_key", Env: a.SecretKeyEnv, File: a.SecretKeyFile}
}

func (a *AccessKey) load(names map[string]bool, getenv func(string) string) (*accessKey, error) {
	var k accessKey
	var err error
	if k.credential, err = newCredential("an access key", a.Name, a.Projects, a.Actions, names); err != nil {
		return nil, err
	}
	if !fleet.IsID(a.AccessKey) {
		return nil, configError("the access key is not 1 to 64 letters, digits, - or _", "access_key")
	}
	if k.secret, err = a.secret().Read(getenv, func(key string) []any { return []any{key} }); err != nil {
		return nil, err
	}
	if k.secret == "" {
		return nil, configError("an access key needs secret_key_env or secret_key_file", "secret_key_env")
	}
	if a.SecurityTokenSHA256 != "" {
		digest, err := parseDigest(a.SecurityTokenSHA256, "a security token", "security_token_sha256")
		if err != nil {
			return nil, err
		}
		k.securityToken = &digest
	}
	return &k, nil
}

// newCredential also adds the name to names.
func newCredential(kind, name string, projects, actions []string, names map[string]bool) (c credential, err error) {
	switch {
	case name == "" || names[name]:
		return c, configError(kind+" needs a name of its own", "name")
	case len(projects) == 0:
		return c, configError(kind+` needs projects; "*" is all`, "projects")
	case actions != nil && len(actions) == 0:
		return c, configError("an empty list allows nothing: without the key every action is allowed", "actions")
	}
	for i, id := range projects {
		if id != "*" && !fleet.IsID(id) {
			return c, configError(fmt.Sprintf("the project id %q is not 1 to 64 letters, digits, - or _", id), "projects", i)
		}
	}
	for i, action := range actions {
		if !slices.Contains(allActions, action) {
			return c, configError(fmt.Sprintf("the action %q is not one of %s", action, strings.Join(allActions, ", ")), "actions", i)
		}
	}
	if actions == nil {
		actions = allActions
	}
	names[name] = true
	return credential{name: name, projects: projects, actions: actions}, nil
}

func parseDigest(text, of, key string) (digest [sha256.Size]byte, err error) {
	if !digestPattern.MatchString(text) {
		return digest, configError("not the SHA-256 of "+of+": 64 lower-case hexadecimal digits", key)
	}
	_, err = hex.Decode(digest[:], []byte(text))
	return digest, err
}

// SetAuth checks auth, reads its secrets and replaces the credentials. Requests
// in progress keep the credentials they started with. SetAuth ends the lockout
// of every access key, so that an operator who corrects a secret need not wait.
// On an error nothing changes.
//
// SetAuth does not remove the last credential of a server that has one: the
// server would then accept everybody who reaches it, perhaps on a public address.
func (a *API) SetAuth(auth Auth) error {
	c, err := auth.load(a.getenv)
	if err != nil {
		return fmt.Errorf("server: Auth: %w", err)
	}
	if old := a.credentials.Load(); old != nil && !old.empty() && c.empty() {
		return errors.New("server: Auth: a server with credentials cannot continue without any")
	}
	a.credentials.Store(c)
	return nil
}

// Reload reads the configuration file again and replaces the credentials with
// those of its auth section. If the file is invalid, Reload logs why and keeps the
// old credentials. It also logs which other keys differ from running, the
// configuration that the server started with, because they need a restart.
func (a *API) Reload(running *Config) {
	const refused = "the new credentials are invalid; the old ones stay"
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
			a.log.Warn("a changed configuration key needs a restart", "config", c.path, "key", key)
		}
	}
}
