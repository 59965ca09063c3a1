package server

import (
	"context"
	"fmt"
	"net"
	"os"
	"slices"
	"time"

	"github.com/dcs-sessions/dcs-sessions/fleet"
)

// A Severity says how serious a Problem is.
type Severity string

// The severities of a Problem.
const (
	SeverityError   Severity = "error"   // some requests will fail
	SeverityWarning Severity = "warning" // the server works, but perhaps not as intended
)

// A Problem is a fault or a risk of a configuration that LoadConfig accepts.
type Problem struct {
	Severity Severity
	Where    string // a file and line such as dcs.yaml:12, or a node
	Message  string
}

// String returns the problem on one line.
func (p Problem) String() string { return fmt.Sprintf("%s: %s: %s", p.Severity, p.Where, p.Message) }

// minSecret is how many characters a secret needs to resist guessing.
const minSecret = 16

// Check returns the problems of a configuration that LoadConfig accepts. It connects
// to every node of f, the configuration's fleet, and tries the commands that listing
// and killing need; it kills nothing. It stops when ctx ends.
func (c *Config) Check(ctx context.Context, f *fleet.Fleet) []Problem {
	k := &checker{config: c}
	k.listener()
	k.credentials(time.Now())
	k.projects()
	k.secretFiles()
	for _, p := range f.Check(ctx) {
		severity := SeverityError
		if p.Warning {
			severity = SeverityWarning
		}
		k.problems = append(k.problems, Problem{severity, p.Place(), p.Message})
	}
	return k.problems
}

type checker struct {
	config   *Config
	problems []Problem
}

// warn adds a warning about the value at path.
func (k *checker) warn(message string, path ...any) {
	k.problems = append(k.problems, Problem{SeverityWarning, k.config.position(path), message})
}

func (k *checker) listener() {
	c := k.config
	host, _, _ := net.SplitHostPort(c.Listen) // LoadConfig has checked it
	if len(c.Auth.Tokens) > 0 && !isLoopback(host) {
		k.warn("callers send tokens over plain HTTP to an address that is not a loopback address: put TLS in front of it", "listen")
	}
	for i, network := range c.trusted {
		if network.Bits() == 0 {
			k.warn("every caller may forge its address in X-Forwarded-For", "trusted_proxies", i)
		}
	}
	if c.Audit == auditOff {
		k.warn("kills are not recorded anywhere", "audit")
	}
}

func (k *checker) credentials(now time.Time) {
	auth := k.config.Auth
	for i, t := range auth.Tokens {
		expires, err := time.Parse(time.RFC3339, t.Expires)
		if err == nil && !now.Before(expires) {
			k.warn(fmt.Sprintf("the token %s has expired", t.Name), "auth", "tokens", i, "expires")
		}
		k.projectsOf(t.Projects, "auth", "tokens", i, "projects")
	}
	for i, a := range auth.AccessKeys {
		k.projectsOf(a.Projects, "auth", "access_keys", i, "projects")
		secret, err := a.secret().Read(k.config.getenv, func(string) []any { return nil })
		if err == nil && len(secret) < minSecret {
			k.warn(fmt.Sprintf("the secret of the access key %s has fewer than %d characters and may be guessed", a.Name, minSecret), "auth", "access_keys", i)
		}
	}
}

// projectsOf reports the projects that a credential may use and that are not in the
// file.
func (k *checker) projectsOf(ids []string, path ...any) {
	for i, id := range ids {
		known := slices.ContainsFunc(k.config.Projects, func(p fleet.Project) bool { return p.ID == id })
		if id != "*" && !known {
			k.warn(fmt.Sprintf("there is no project %q", id), append(path, i)...)
		}
	}
}

func (k *checker) projects() {
	if len(k.config.Projects) == 0 {
		k.warn("there are no projects: every request will be answered 404", "projects")
	}
	for i, p := range k.config.Projects {
		if len(p.Instances) == 0 {
			k.warn(fmt.Sprintf("the project %s has no instances", p.ID), "projects", i)
		}
	}
}

// secretFiles reports the files with secrets that not only their owner can use.
func (k *checker) secretFiles() {
	for i, a := range k.config.Auth.AccessKeys {
		k.secretFile(a.SecretKeyFile, "auth", "access_keys", i, "secret_key_file")
	}
	for i, p := range k.config.Projects {
		for j, in := range p.Instances {
			for l, n := range in.Nodes {
				k.secretFile(n.PasswordFile, "projects", i, "instances", j, "nodes", l, "password_file")
			}
		}
	}
}

func (k *checker) secretFile(file string, path ...any) {
	if file == "" {
		return
	}
	info, err := os.Stat(file)
	if err == nil && info.Mode().Perm()&0o077 != 0 {
		k.warn(fmt.Sprintf("not only its owner can use %s: chmod 600 %s", file, file), path...)
	}
}
