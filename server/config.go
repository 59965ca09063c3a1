package server

import (
	"errors"
	"fmt"
	"net"
	"os"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/dcs-sessions/dcs-sessions/fleet"
)

// Config is the configuration file.
type Config struct {
	// Listen is the address to serve on, host:port; port 0 takes a free one.
	// Without credentials the host must be loopback.
	Listen   string          `yaml:"listen"`
	Auth     Auth            `yaml:"auth"`
	Projects []fleet.Project `yaml:"projects"`

	path   string
	source []byte // for the lines in errors
}

// Auth lists who may call. Empty: everybody who reaches the listener.
type Auth struct {
	Tokens []Token `yaml:"tokens"`
}

// A Token is a credential that is sent as X-Auth-Token.
type Token struct {
	Name     string   `yaml:"name"`     // for the log
	SHA256   string   `yaml:"sha256"`   // of the token, 64 lower-case hexadecimal digits
	Projects []string `yaml:"projects"` // ids that it may touch; "*" is all
}

// LoadConfig reads and checks the file at path. Its errors name the file and,
// where there is one, the line. The fleet is checked by Config.Fleet.
func LoadConfig(path string) (*Config, error) {
	source, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	c := Config{path: path, source: source}
	if err := yaml.Load(source, &c, yaml.WithKnownFields(true), yaml.WithUniqueKeys(true)); err != nil {
		return nil, loadError(path, err)
	}
	if err := c.check(); err != nil {
		return nil, c.locate(err)
	}
	return &c, nil
}

// OpenFleet makes the fleet of the configuration; getenv is os.Getenv but in
// tests. Its errors are like LoadConfig's.
func (c *Config) OpenFleet(getenv func(string) string) (*fleet.Fleet, error) {
	f, err := fleet.New(c.Projects, getenv)
	var bad *fleet.ConfigError
	if errors.As(err, &bad) {
		bad.Path = append([]any{"projects"}, bad.Path...)
		err = c.locate(bad)
	}
	return f, err
}

var digestForm = regexp.MustCompile(`^[0-9a-f]{64}$`)

func (c *Config) check() error {
	host, port, err := net.SplitHostPort(c.Listen)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return bad(fmt.Sprintf("the address %q is not host:port", c.Listen), "listen")
	}
	if len(c.Auth.Tokens) == 0 && !isLoopback(host) {
		return bad(fmt.Sprintf("without credentials (auth.tokens) only a loopback address is served, not %q", c.Listen), "listen")
	}
	names, digests := map[string]bool{}, map[string]bool{}
	for i, t := range c.Auth.Tokens {
		switch {
		case t.Name == "" || names[t.Name]:
			return bad("a token needs a name of its own", "auth", "tokens", i, "name")
		case !digestForm.MatchString(t.SHA256):
			return bad("not the SHA-256 of a token: 64 lower-case hexadecimal digits", "auth", "tokens", i, "sha256")
		case digests[t.SHA256]:
			return bad("another token has the same SHA-256", "auth", "tokens", i, "sha256")
		case len(t.Projects) == 0:
			return bad(`a token needs projects; "*" is all`, "auth", "tokens", i, "projects")
		}
		for j, id := range t.Projects {
			if id != "*" && !fleet.IsID(id) {
				return bad(fmt.Sprintf("the project id %q is not 1 to 64 letters, digits, - or _", id), "auth", "tokens", i, "projects", j)
			}
		}
		names[t.Name], digests[t.SHA256] = true, true
	}
	return nil
}

func bad(message string, path ...any) error {
	return &fleet.ConfigError{Path: path, Message: message}
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// loadError says what the YAML parser found, at its line.
func loadError(path string, err error) error {
	var many *yaml.LoadErrors
	var one *yaml.LoadError
	switch {
	case errors.As(err, &many) && len(many.Errors) > 0:
		one = many.Errors[0]
	case !errors.As(err, &one):
		return fmt.Errorf("%s: %w", path, err)
	}
	message, _, _ := strings.Cut(one.Message, " in type ") // a Go name, nothing to the reader
	if what, ok := strings.CutPrefix(message, "cannot construct !!"); ok {
		kind, _, _ := strings.Cut(what, " ") // then the value itself, which may be a secret
		message = "a value of YAML type " + kind + " does not fit here"
	}
	if one.Mark.Line == 0 { // it is about the whole file
		return fmt.Errorf("%s: %s", path, strings.TrimPrefix(message, "yaml: "))
	}
	return fmt.Errorf("%s:%d: %s", path, one.Mark.Line, message)
}

// locate adds the file and the line to a *fleet.ConfigError: the line of the
// value, or of what should contain it.
func (c *Config) locate(err error) error {
	var config *fleet.ConfigError
	var root yaml.Node
	if !errors.As(err, &config) || yaml.Load(c.source, &root) != nil || len(root.Content) == 0 {
		return fmt.Errorf("%s: %w", c.path, err)
	}
	node := root.Content[0]
	for _, step := range config.Path {
		next := child(node, step)
		if next == nil {
			break
		}
		node = next
	}
	return fmt.Errorf("%s:%d: %w", c.path, max(node.Line, 1), err)
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
