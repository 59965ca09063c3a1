package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	dcssessions "github.com/dcs-sessions/dcs-sessions"
	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/dcs-sessions/dcs-sessions/fleet"
	"github.com/dcs-sessions/dcs-sessions/validate"
)

type killFlags struct {
	endpoint, project, instance, node, token, accessKey, output string
}

func killCommand(getenv func(string) string, std stdio) *cobra.Command {
	var f killFlags
	cmd := &cobra.Command{
		Use:   "kill --endpoint URL --project P --instance I --node N ADDR...",
		Short: "Kill the sessions of the given peers on one node",
		Long: "kill closes the connections of the peers ADDR (ip:port, or [ip6]:port) on one\n" +
			"node; - reads addresses from standard input, separated by white space. A peer that\n" +
			"is no longer connected counts as closed. Request and response are validated\n" +
			"against the contract. A call that meets a broken connection or a busy server is\n" +
			"tried again.\n\n" +
			"With an access key the call is signed. Its secret comes from the environment alone:\n" +
			"$DCS_SECRET_KEY, with $DCS_SECURITY_TOKEN where the key is temporary. The official\n" +
			"SDK's $HUAWEICLOUD_SDK_AK, _SK, _SECURITY_TOKEN and _PROJECT_ID count where ours\n" +
			"are not set.\n\n" +
			"Exit code: 0 when all are closed, 1 when the call failed, 2 when it was called\n" +
			"wrong and nothing was sent.",
		Example: "  dcs-sessions kill --endpoint http://127.0.0.1:8080 --project p --instance i --node n 10.0.0.7:50312\n" +
			"  redis-cli client list | grep name=leaky | grep -o ' addr=[^ ]*' | cut -d= -f2 | dcs-sessions kill -",
		Args: usageArgs(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error { return kill(cmd.Context(), f, args, getenv, std) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.endpoint, "endpoint", "", "`URL` of the API")
	flags.StringVar(&f.project, "project", "", "project `ID`")
	flags.StringVar(&f.instance, "instance", "", "instance `ID`")
	flags.StringVar(&f.node, "node", "", "node `ID`")
	flags.StringVar(&f.token, "token", "", "`TOKEN` for X-Auth-Token; a flag shows in the process list, the variable does not")
	flags.StringVar(&f.accessKey, "access-key", "", "`ID` of the access key to sign with")
	flags.StringVarP(&f.output, "output", "o", "", "`FORMAT`: table or json (default table on a terminal, else json)")
	envFlag(flags, "endpoint", "DCS_ENDPOINT")
	envFlag(flags, "project", "DCS_PROJECT_ID")
	envFlag(flags, "instance", "DCS_INSTANCE_ID")
	envFlag(flags, "node", "DCS_NODE_ID")
	envFlag(flags, "token", "DCS_TOKEN")
	envFlag(flags, "access-key", "DCS_ACCESS_KEY")
	envFlag(flags, "output", "DCS_OUTPUT")
	return cmd
}

func kill(ctx context.Context, f killFlags, args []string, getenv func(string) string, std stdio) error {
	credentials, project, err := f.credentials(getenv)
	if err != nil {
		return usageError{err}
	}
	f.project = project
	for _, required := range [...]struct{ flag, value string }{
		{"endpoint", f.endpoint}, {"project", f.project}, {"instance", f.instance}, {"node", f.node},
	} {
		switch {
		case required.value == "":
			return usagef("--%s is missing", required.flag)
		case required.flag != "endpoint" && !fleet.IsID(required.value):
			return usagef("--%s is %q, not 1 to 64 letters, digits, - or _", required.flag, required.value)
		}
	}
	asTable := std.terminal
	switch f.output {
	case "":
	case "table", "json":
		asTable = f.output == "table"
	default:
		return usagef("--output is %q, not table or json", f.output)
	}
	addrs, err := readAddrs(args, std.in)
	if err != nil {
		return err
	}
	c, err := newClient(f.endpoint, credentials)
	if err != nil {
		return usageError{err}
	}
	err = c.Kill(ctx, f.project, f.instance, f.node, addrs...)
	var partial *client.PartialError
	if vs := validate.AsViolations(err); vs != nil {
		if vs[0].Direction == validate.Request && !errors.As(err, &partial) {
			return usageError{fmt.Errorf("nothing was sent: %w", vs)}
		}
		if vs[0].Err != nil { // such as which status it was
			err = fmt.Errorf("%w: %w", err, vs[0].Err)
		}
	}
	if showErr := showKill(std, asTable, addrs, err); showErr != nil {
		return showErr
	}
	return err
}

// readAddrs returns the arguments, each once, with standard input in the place
// of "-".
func readAddrs(args []string, in io.Reader) ([]string, error) {
	var addrs []string
	for _, arg := range args {
		if arg != "-" {
			addrs = append(addrs, arg)
			continue
		}
		words := bufio.NewScanner(in)
		words.Split(bufio.ScanWords)
		for words.Scan() {
			addrs = append(addrs, words.Text())
		}
		if err := words.Err(); err != nil {
			return nil, usagef("read the addresses: %w", err)
		}
	}
	if len(addrs) == 0 {
		return nil, usagef("there are no addresses on standard input")
	}
	seen := map[string]bool{}
	return slices.DeleteFunc(addrs, func(a string) bool {
		twice := seen[a]
		seen[a] = true
		return twice
	}), nil
}

// credentials returns who calls, and for which project, as client.FromEnv says,
// with what the flags have in place of their variables.
func (f killFlags) credentials(getenv func(string) string) (client.Credentials, string, error) {
	if f.token != "" && f.accessKey != "" {
		return nil, "", errors.New("--token and --access-key are both given")
	}
	flags := map[string]string{"DCS_TOKEN": f.token, "DCS_PROJECT_ID": f.project, "DCS_ACCESS_KEY": f.accessKey}
	if f.accessKey != getenv("DCS_ACCESS_KEY") && getenv("DCS_SECRET_KEY") == "" && getenv("HUAWEICLOUD_SDK_SK") != "" {
		// the only secret there is goes with the flag
		flags["HUAWEICLOUD_SDK_AK"], flags["DCS_ACCESS_KEY"] = f.accessKey, ""
	}
	return client.FromEnv(func(name string) string {
		if value, ok := flags[name]; ok {
			return value
		}
		return getenv(name)
	})
}

// newClient returns a client whose requests and responses are validated.
func newClient(endpoint string, credentials client.Credentials) (*client.Client, error) {
	v, err := newValidator(endpoint)
	if err != nil {
		return nil, err
	}
	return client.New(endpoint, client.Options{Credentials: credentials, Transport: v.Transport(http.DefaultTransport)})
}

func newValidator(endpoint string) (*validate.Validator, error) {
	base := "/"
	if u, err := url.Parse(endpoint); err == nil && strings.HasPrefix(u.Path, "/") {
		base = u.Path
	}
	return validate.New(dcssessions.Contract(), validate.Options{BasePath: base, MaxRequestBody: 12 << 20})
}

// resultOf tells what the answer means for the i-th of the addresses.
func resultOf(i int, err error) string {
	var answer *client.Error
	var partial *client.PartialError
	switch {
	case err == nil, errors.As(err, &partial) && i < partial.Done:
		return "closed"
	case errors.As(err, &answer) && answer.Status >= 300 && answer.Status < 500:
		return "not killed"
	default: // the kill may have come a part of its way
		return "unknown"
	}
}
