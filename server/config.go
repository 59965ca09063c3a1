package server

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/dcs-sessions/dcs-sessions/fleet"
	"github.com/dcs-sessions/dcs-sessions/internal/httpserver"
)

// Config is the content of the configuration file.
type Config struct {
	// Listen is the address to serve on, host:port; port 0 chooses a free port.
	// Without credentials the host must be a loopback address.
	Listen   string          `yaml:"listen"`
	Auth     Auth            `yaml:"auth"`
	Projects []fleet.Project `yaml:"projects"`

	// TrustedProxies are the addresses or networks of the proxies in front. The
	// server believes what they say about the caller's address, in X-Forwarded-For
	// or by the PROXY protocol.
	TrustedProxies []string `yaml:"trusted_proxies"`

	// Audit is the path of the audit file. Empty is standard error; "off" or
	// "false", in upper or lower case, is no audit.
	Audit string `yaml:"audit"`

	trusted []netip.Prefix
	path    string
	source  []byte // for the line numbers in errors
	getenv  func(string) string
}

// LoadConfig reads and checks the file at path. It reads secrets from the
// environment with getenv, which is [os.Getenv] except in tests. Its errors name the
// file and, if known, the line. LoadConfig does not check the nodes; OpenFleet does.
func LoadConfig(path string, getenv func(string) string) (*Config, error) {
	source, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	c := Config{path: path, source: source, getenv: getenv}
	if err := yaml.Load(source, &c, yaml.WithKnownFields(true), yaml.WithUniqueKeys(true)); err != nil {
		return nil, loadError(path, err)
	}
	if err := c.locate(c.check()); err != nil {
		return nil, err
	}
	return &c, nil
}

// OpenFleet returns the fleet of the configuration, which starts to connect to its
// nodes. log may be nil. The errors are like LoadConfig's.
func (c *Config) OpenFleet(log *slog.Logger) (*fleet.Fleet, error) {
	f, err := fleet.New(fleet.Options{Projects: c.Projects, Getenv: c.getenv, Log: log})
	return f, c.locate(prefixPath(err, "projects"))
}

func (c *Config) check() error {
	host, port, err := net.SplitHostPort(c.Listen)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return configError(fmt.Sprintf("the address %q is not host:port", c.Listen), "listen")
	}
	if c.Auth.empty() && !isLoopback(host) {
		return configError(fmt.Sprintf("without credentials (auth.tokens, auth.access_keys) the address must be a loopback address, not %q", c.Listen), "listen")
	}
	if off := strings.ToLower(c.Audit); off == "off" || off == "false" {
		c.Audit = auditOff
	}
	for i, text := range c.TrustedProxies {
		network, err := httpserver.ParseNetwork(text)
		if err != nil {
			return configError(err.Error(), "trusted_proxies", i)
		}
		c.trusted = append(c.trusted, network)
	}
	_, err = c.Auth.load(c.getenv)
	return prefixPath(err, "auth")
}

// configError returns a [fleet.ConfigError].
func configError(message string, path ...any) error {
	return &fleet.ConfigError{Path: path, Message: message}
}

// prefixPath puts keys before the path of a [fleet.ConfigError], and returns any
// other error as it is.
func prefixPath(err error, keys ...any) error {
	var config *fleet.ConfigError
	if errors.As(err, &config) {
		config.Path = append(keys, config.Path...)
	}
	return err
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// loadError returns the first error of the YAML parser, with its line. It leaves out
// Go type names and the values of the file, which may be secrets.
func loadError(path string, err error) error {
	var many *yaml.LoadErrors
	var one *yaml.LoadError
	switch {
	case errors.As(err, &many) && len(many.Errors) > 0:
		one = many.Errors[0]
	case !errors.As(err, &one):
		return fmt.Errorf("%s: %w", path, err)
	}
	message, _, _ := strings.Cut(one.Message, " in type ") // a Go type name
	if what, ok := strings.CutPrefix(message, "cannot construct !!"); ok {
		kind, _, _ := strings.Cut(what, " ") // the value follows
		message = "a value of YAML type " + kind + " is not allowed here"
	}
	if one.Mark.Line == 0 { // the error concerns the whole file
		return fmt.Errorf("%s: %s", path, strings.TrimPrefix(message, "yaml: "))
	}
	return fmt.Errorf("%s:%d: %s", path, one.Mark.Line, message)
}

// locate adds the file to err, and to a [fleet.ConfigError] also the line. It
// returns nil for nil.
func (c *Config) locate(err error) error {
	var config *fleet.ConfigError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &config):
		return fmt.Errorf("%s: %w", c.position(config.Path), err)
	default:
		return fmt.Errorf("%s: %w", c.path, err)
	}
}

// position returns the file and the line of the value at path. If there is no such
// value, it returns the line of the innermost value that should contain it.
func (c *Config) position(path []any) string {
	var root yaml.Node
	if yaml.Load(c.source, &root) != nil || len(root.Content) == 0 {
		return c.path
	}
	node := root.Content[0]
	for _, step := range path {
		next := child(node, step)
		if next == nil {
			break
		}
		node = next
	}
	return fmt.Sprintf("%s:%d", c.path, max(node.Line, 1))
}

func child(n *yaml.Node, step any) *yaml.Node {
	switch step := step.(type) {
	case int:
		if n.Kind == yaml.SequenceNode && step < len(n.Content) {
			return n.Content[step]
		}
	case string:
		for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == step {
				return n.Content[i+1]
			}
		}
	}
	return nil
}
