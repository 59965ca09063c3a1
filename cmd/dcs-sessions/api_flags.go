package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/dcs-sessions/dcs-sessions/fleet"
	"github.com/spf13/pflag"
)

// apiFlags are the flags of every command that calls the API.
type apiFlags struct {
	endpoint, project, instance, token, tokenFile, accessKey, output string

	timeout   time.Duration
	flags     *pflag.FlagSet
	getenv    func(string) string
	ofProject bool // the command has no --instance
}

// defaultTimeout is longer than the server ever takes for a request.
const defaultTimeout = 30 * time.Second

func (f *apiFlags) add(flags *pflag.FlagSet) {
	f.flags = flags
	flags.StringVar(&f.endpoint, "endpoint", "", "`URL` of the API")
	flags.StringVar(&f.project, "project", "", "project `ID`")
	if !f.ofProject {
		flags.StringVar(&f.instance, "instance", "", "instance `ID`")
		envFlag(flags, "instance", "DCS_INSTANCE_ID")
	}
	flags.StringVar(&f.token, "token", "", "`TOKEN` to send; the process list shows a flag, but not the variable")
	flags.StringVar(&f.tokenFile, "token-file", "", "`FILE` with the token to send")
	flags.StringVar(&f.accessKey, "access-key", "", "`ID` of the access key to sign with; its secret is in $DCS_SECRET_KEY")
	flags.StringVarP(&f.output, "output", "o", "", "`FORMAT`: table, wide or json (default: table on a terminal, else json)")
	flags.DurationVar(&f.timeout, "timeout", defaultTimeout, "`TIME` limit of each attempt of a request")
	envFlag(flags, "timeout", "DCS_TIMEOUT")
	envFlag(flags, "token-file", "DCS_TOKEN_FILE")
	envFlag(flags, "endpoint", "DCS_ENDPOINT")
	envFlag(flags, "project", "DCS_PROJECT_ID")
	envFlag(flags, "token", "DCS_TOKEN")
	envFlag(flags, "access-key", "DCS_ACCESS_KEY")
	envFlag(flags, "output", "DCS_OUTPUT")
}

func checkID(flag, id string) error {
	switch {
	case id == "":
		return usagef("--%s is missing", flag)
	case !fleet.IsID(id):
		return usagef("--%s is %q, not 1 to 64 letters, digits, - or _", flag, id)
	}
	return nil
}

// credentials returns the credentials and the project as [client.FromEnv] does, with
// the flags in place of their variables.
func (f *apiFlags) credentials() (client.Credentials, string, error) {
	token, err := f.theToken()
	if err != nil {
		return nil, "", err
	}
	if token != "" && f.accessKey != "" {
		return nil, "", errors.New("a token (--token, --token-file) and --access-key exclude each other")
	}
	flags := map[string]string{"DCS_TOKEN": token, "DCS_PROJECT_ID": f.project, "DCS_ACCESS_KEY": f.accessKey}
	if f.accessKey != f.getenv("DCS_ACCESS_KEY") && f.getenv("DCS_SECRET_KEY") == "" && f.getenv("HUAWEICLOUD_SDK_SK") != "" {
		// the only secret belongs to the key of the flag
		flags["HUAWEICLOUD_SDK_AK"], flags["DCS_ACCESS_KEY"] = f.accessKey, ""
	}
	return client.FromEnv(func(name string) string {
		if value, ok := flags[name]; ok {
			return value
		}
		return f.getenv(name)
	})
}

// theToken returns the token of --token or --token-file. A flag takes precedence
// over the variable of the other.
func (f *apiFlags) theToken() (string, error) {
	byFlag := func(name string) bool { return f.flags != nil && f.flags.Changed(name) }
	switch {
	case f.tokenFile == "", f.token != "" && byFlag("token") && !byFlag("token-file"):
		return f.token, nil
	case f.token != "" && byFlag("token") == byFlag("token-file"):
		return "", errors.New("--token and --token-file exclude each other")
	}
	return readToken(f.tokenFile)
}

// maxToken is the size of a token file in bytes, which is more than a header can
// have.
const maxToken = 64 << 10

// readToken reads a file that contains a token and white space around it. No error
// quotes the token.
func readToken(file string) (string, error) {
	in, err := os.Open(file)
	if err != nil {
		return "", fmt.Errorf("read the token: %w", err)
	}
	defer in.Close()
	text, err := io.ReadAll(io.LimitReader(in, maxToken+1))
	token := strings.TrimSpace(string(text))
	switch {
	case err != nil:
		return "", fmt.Errorf("read the token: %w", err)
	case token == "":
		return "", fmt.Errorf("the token file %s is empty", file)
	case len(text) > maxToken, strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }):
		return "", fmt.Errorf("the token file %s contains more than a token", file)
	}
	return token, nil
}
