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

// A Severity says whether the server works in spite of a Problem.
type Severity string

// The severities.
const (
	SeverityError   Severity = "error"   // something will not work
	SeverityWarning Severity = "warning" // it works, and is perhaps not what was meant
)

// A Problem is something about a configuration that its operator should know.
type Problem struct {
	Severity Severity
	Where    string // such as dcs.yaml:12, or a node
	Message  string
}

// String returns the problem on one line.
func (p Problem) String() string { return fmt.Sprintf("%s: %s: %s", p.Severity, p.Where, p.Message) }

// shortSecret is how many characters a secret must have not to be guessed.
const shortSecret = 16

// Check returns what may be wrong with a configuration that LoadConfig takes. It
// connects to every node of f, the configuration's fleet, and tries what listing
// and killing need; nothing is killed. It ends with ctx.
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
		k.problems = append(k.problems, Problem{severity, p.Place(), p.What})
	}
	return k.problems
}

type checker struct {
	config   *Config
	problems []Problem
}

// add gives the problem the line of the value at path.
func (k *checker) add(severity Severity, message string, path ...any) {
	k.problems = append(k.problems, Problem{severity, k.config.place(path), message})
}

func (k *checker) listener() {
	c := k.config
	host, _, _ := net.SplitHostPort(c.Listen) // LoadConfig has checked it
	if len(c.Auth.Tokens) > 0 && !isLoopback(host) {
		k.add(SeverityWarning, "tokens are sent over plain HTTP to an address that is not loopback: put TLS in front of it", "listen")
	}
	for i, network := range c.trusted {
		if network.Bits() == 0 {
			k.add(SeverityWarning, "every caller is trusted to say who calls", "trusted_proxies", i)
		}
	}
	if c.Audit == auditOff {
		k.add(SeverityWarning, "kills are not recorded anywhere", "audit")
	}
}

func (k *checker) credentials(now time.Time) {
	auth := k.config.Auth
	for i, t := range auth.Tokens {
		expires, err := time.Parse(time.RFC3339, t.Expires)
		if err == nil && !now.Before(expires) {
			k.add(SeverityWarning, fmt.Sprintf("the token %s has expired", t.Name), "auth", "tokens", i, "expires")
		}
		k.projectsOf(t.Projects, "auth", "tokens", i, "projects")
	}
	for i, a := range auth.AccessKeys {
		k.projectsOf(a.Projects, "auth", "access_keys", i, "projects")
		secret, err := a.secret().Read(k.config.getenv, func(string) []any { return nil })
		if err == nil && len(secret) < shortSecret {
			k.add(SeverityWarning, fmt.Sprintf("the secret of the access key %s has less than %d characters: it may be guessed", a.Name, shortSecret), "auth", "access_keys", i)
		}
	}
}

// projectsOf looks for projects that a credential may touch and the file does not have.
func (k *checker) projectsOf(ids []string, path ...any) {
	for i, id := range ids {
		known := slices.ContainsFunc(k.config.Projects, func(p fleet.Project) bool { return p.ID == id })
		if id != "*" && !known {
			k.add(SeverityWarning, fmt.Sprintf("there is no project %q", id), append(path, i)...)
		}
	}
}

func (k *checker) projects() {
	if len(k.config.Projects) == 0 {
		k.add(SeverityWarning, "there are no projects: every call will be 404", "projects")
	}
	for i, p := range k.config.Projects {
		if len(p.Instances) == 0 {
			k.add(SeverityWarning, fmt.Sprintf("the project %s has no instances", p.ID), "projects", i)
		}
	}
}

// secretFiles looks for files of secrets that others than their owner can read.
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
		k.add(SeverityWarning, fmt.Sprintf("others than its owner can use %s: chmod 600 %s", file, file), path...)
	}
}
