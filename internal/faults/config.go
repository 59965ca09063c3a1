package faults

import (
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"os"
	"strings"

	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/dcs-sessions/dcs-sessions/signature"
)

// The ids in the configuration. The two nodes are one server: directly, and over the
// link that can be disturbed.
const (
	project  = "p"
	instance = "i"
	direct   = "direct"
	linked   = "linked"
)

const (
	tokens     = 80 // one per caller, because the server keeps listings per caller
	accessKeys = 8
	nodeUser   = "dcs"
)

// secretKey is the secret of all access keys. The server reads it from its
// environment.
var secretKey = rand.Text()

// configure writes the configuration and the files with secrets. It returns the
// credentials of the callers.
func (a *API) configure(node, link string) ([]client.Credentials, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "listen: %s\naudit: %q\nauth:\n  tokens:\n", a.addr, a.audit.path())
	var all []client.Credentials
	for i := range tokens {
		token := rand.Text()
		a.secrets = append(a.secrets, token)
		all = append(all, client.Token(token))
		fmt.Fprintf(&b, "    - {name: t%d, sha256: %x, projects: [%s]}\n", i, sha256.Sum256([]byte(token)), project)
	}
	a.secrets = append(a.secrets, secretKey)
	b.WriteString("  access_keys:\n")
	for i := range accessKeys {
		access := fmt.Sprintf("AK%d", i)
		all = append(all, client.AccessKey(signature.Key{AccessKeyID: access, SecretKey: secretKey}))
		fmt.Fprintf(&b, "    - {name: k%d, access_key: %s, secret_key_env: FAULTS_SECRET_KEY, projects: [%s]}\n", i, access, project)
	}
	fmt.Fprintf(&b, "projects:\n  - id: %s\n    instances:\n      - id: %s\n        nodes:\n", project, instance)
	for _, n := range [][2]string{{direct, node}, {linked, link}} {
		fmt.Fprintf(&b, "          - {id: %s, address: %q, username: %s, password_file: %q}\n", n[0], n[1], nodeUser, a.file("password"))
	}
	return all, os.WriteFile(a.file("config.yaml"), []byte(b.String()), 0o600)
}

// newPassword returns a new password for the node's user.
func (a *API) newPassword() string {
	a.password = rand.Text()
	a.secrets = append(a.secrets, a.password)
	return a.password
}

// setPassword writes the file from which the server reads the password.
func (a *API) setPassword(password string) error {
	return os.WriteFile(a.file("password"), []byte(password+"\n"), 0o600)
}
