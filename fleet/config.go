package fleet

import (
	"fmt"
	"net"
	"strconv"
	"strings"
)

// A Project owns instances.
type Project struct {
	ID        string     `yaml:"id"`
	Instances []Instance `yaml:"instances"`
}

// An Instance is one cache, made of nodes.
type Instance struct {
	ID    string       `yaml:"id"`
	Name  string       `yaml:"name"` // for people; may be empty
	Nodes []NodeConfig `yaml:"nodes"`
}

// A NodeConfig configures one Redis or Valkey server.
type NodeConfig struct {
	ID       string `yaml:"id"`
	Name     string `yaml:"name"`     // for people; may be empty
	Address  string `yaml:"address"`  // host:port
	Username string `yaml:"username"` // of an ACL user; may be empty

	// The password is in this environment variable or in this file; at most one may
	// be set. Line breaks at the end of the file are not part of the password.
	PasswordEnv  string `yaml:"password_env"`
	PasswordFile string `yaml:"password_file"`
}

// A ConfigError reports a configuration value that cannot be used.
type ConfigError struct {
	Path    []any // keys and indexes from the configuration's root
	Message string
}

func (e *ConfigError) Error() string {
	var b strings.Builder
	for _, step := range e.Path {
		switch step := step.(type) {
		case int:
			fmt.Fprintf(&b, "[%d]", step)
		default:
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			fmt.Fprint(&b, step)
		}
	}
	return b.String() + ": " + e.Message
}

func configErrorf(path []any, format string, args ...any) *ConfigError {
	return &ConfigError{Path: path, Message: fmt.Sprintf(format, args...)}
}

const idChars = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"

// IsID reports whether s is valid as the id of a project, an instance or a node:
// 1 to 64 ASCII letters, digits, underscores and hyphens.
func IsID(s string) bool {
	return 1 <= len(s) && len(s) <= 64 && strings.Trim(s, idChars) == ""
}

// checkID adds id to seen, because ids are unique among their siblings.
func checkID(seen map[string]bool, id string, path []any) error {
	switch {
	case id == "":
		return configErrorf(path, "the id is missing")
	case !IsID(id):
		return configErrorf(path, "the id %q is not 1 to 64 letters, digits, - or _", id)
	case seen[id]:
		return configErrorf(path, "the id %q is used twice", id)
	}
	seen[id] = true
	return nil
}

func checkAddress(address string, path []any) error {
	host, port, err := net.SplitHostPort(address)
	if err == nil && host != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err == nil && n > 0 {
			return nil
		}
	}
	return configErrorf(path, "the address %q is not host:port", address)
}
