package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

type signFlags struct{ method, data string }

func signCommand(getenv func(string) string, std stdio) *cobra.Command {
	var f signFlags
	cmd := newCommand("sign URL")
	cmd.Args = exactArgs("the URL")
	cmd.RunE = func(_ *cobra.Command, args []string) error { return sign(f, args[0], getenv, std) }
	flags := cmd.Flags()
	flags.StringVarP(&f.method, "request", "X", "", "`METHOD` (default: GET, or POST with --data)")
	flags.StringVarP(&f.data, "data", "d", "", "JSON `DATA` to send; @FILE reads a file, @- standard input")
	return cmd
}

func sign(f signFlags, target string, getenv func(string) string, std stdio) error {
	flags := apiFlags{getenv: getenv, token: getenv("DCS_TOKEN"), tokenFile: getenv("DCS_TOKEN_FILE"),
		accessKey: getenv("DCS_ACCESS_KEY"), project: getenv("DCS_PROJECT_ID")}
	credentials, project, err := flags.credentials()
	if err != nil {
		return usageError{err}
	}
	if credentials == nil {
		return usagef("there are no credentials: set $DCS_ACCESS_KEY and $DCS_SECRET_KEY, $DCS_TOKEN or $DCS_TOKEN_FILE")
	}
	u, err := url.Parse(target)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.Fragment != "" {
		return usagef("the URL must be http://… or https://… with a host, without user and fragment")
	}
	body, err := f.body(std.in)
	if err != nil {
		return usageError{err}
	}
	method := f.method
	if method == "" {
		method = http.MethodGet
		if len(body) > 0 {
			method = http.MethodPost
		}
	}
	req, err := http.NewRequest(method, target, nil)
	if err != nil {
		return usagef("%q is not a method", method)
	}
	if len(body) > 0 {
		req.Header.Set("Content-Type", "application/json")
	}
	if project != "" {
		req.Header.Set("X-Project-Id", project)
	}
	if err := credentials.Authorize(req, body, time.Now()); err != nil {
		return err
	}
	_, err = io.WriteString(std.out, curlConfig(req, body))
	return err
}

// body returns what --data of curl would send, but keeps line breaks.
func (f signFlags) body(in io.Reader) ([]byte, error) {
	file, ok := strings.CutPrefix(f.data, "@")
	switch {
	case !ok:
		return []byte(f.data), nil
	case file == "-":
		return io.ReadAll(in)
	default:
		return os.ReadFile(file)
	}
}

// curlConfig returns a request in the format of --config of curl.
func curlConfig(r *http.Request, body []byte) string {
	// the escapes of a quoted value, from the manual of curl
	quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\t", `\t`, "\n", `\n`, "\r", `\r`, "\v", `\v`)
	var b strings.Builder
	option := func(name, value string) { fmt.Fprintf(&b, "%s = \"%s\"\n", name, quoted.Replace(value)) }
	option("url", r.URL.String())
	option("request", r.Method)
	b.WriteString("globoff\n") // because [::1] would be a pattern
	b.WriteString("path-as-is\n")
	var header strings.Builder
	_ = r.Header.Write(&header) // sorted; a Builder never fails
	for line := range strings.SplitSeq(strings.TrimSpace(header.String()), "\r\n") {
		option("header", line)
	}
	if len(body) > 0 {
		option("data-raw", string(body))
	}
	return b.String()
}
