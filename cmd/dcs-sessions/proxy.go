package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/dcs-sessions/dcs-sessions/internal/httpserver"
	"github.com/dcs-sessions/dcs-sessions/internal/output"
	"github.com/dcs-sessions/dcs-sessions/internal/proxy"
	"github.com/dcs-sessions/dcs-sessions/validate"
)

type proxyFlags struct {
	upstream, upstreamCA, contract  string
	listen, tlsCert, tlsKey         string
	trustedProxies                  []string
	admin, adminTokenFile           string
	request, response               string
	maxRequestBody, maxResponseBody int64
	bodyBudget                      int64
	upstreamTimeout                 time.Duration
}

// adminTokenEnv is the environment variable with the admin token.
const adminTokenEnv = "DCS_ADMIN_TOKEN"

func proxyCommand(getenv func(string) string, std stdio) *cobra.Command {
	var f proxyFlags
	cmd := newCommand("proxy --upstream URL")
	cmd.Args = exactArgs()
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return runProxy(cmd.Context(), f, getenv, std) }
	f.add(cmd.Flags())
	return cmd
}

func (f *proxyFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.upstream, "upstream", "", "`URL` of the API")
	flags.StringVar(&f.upstreamCA, "upstream-ca", "", "PEM `FILE` of the CAs trusted for the upstream (default: the system's)")
	flags.DurationVar(&f.upstreamTimeout, "upstream-timeout", proxy.DefaultUpstreamTimeout, "`TIME` limit until the upstream begins its response")
	flags.StringVar(&f.contract, "contract", "", "OpenAPI 3.0 `FILE`, JSON or YAML (default: this project's contract)")
	flags.StringVar(&f.listen, "listen", "127.0.0.1:8081", "`ADDRESS` to listen on; port 0 is any free port")
	flags.StringVar(&f.tlsCert, "tls-cert", "", "PEM `FILE` with the certificate (default: plain HTTP)")
	flags.StringVar(&f.tlsKey, "tls-key", "", "PEM `FILE` with the certificate's key")
	flags.StringVar(&f.request, "request", "enforce", "`MODE` for requests: enforce, observe or off")
	flags.StringVar(&f.response, "response", "enforce", "`MODE` for responses: enforce, observe or off")
	flags.Int64Var(&f.maxRequestBody, "max-request-body", proxy.DefaultMaxRequestBody, "largest request body in `BYTES`")
	flags.Int64Var(&f.maxResponseBody, "max-response-body", proxy.DefaultMaxResponseBody, "largest response body in `BYTES`")
	flags.Int64Var(&f.bodyBudget, "body-budget", validate.DefaultBodyBudget, "memory for all bodies in `BYTES`; beyond it, requests are refused with 503")
	flags.StringVar(&f.admin, "admin", "", "`ADDRESS` of the admin endpoints (default: none)")
	flags.StringVar(&f.adminTokenFile, "admin-token-file", "", "`FILE` with the token for changes there (default: the token in $"+adminTokenEnv+")")
	flags.StringSliceVar(&f.trustedProxies, "trusted-proxy", nil, "`NETWORK` of proxies that name the caller, such as 10.0.0.0/8; may be repeated (default: none)")
	flags.VisitAll(func(flag *pflag.Flag) {
		envFlag(flags, flag.Name, "DCS_"+strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_")))
	})
}

// runProxy returns a usageError if the proxy cannot be made. Nothing listens then.
func runProxy(ctx context.Context, f proxyFlags, getenv func(string) string, std stdio) error {
	o, err := f.options(getenv)
	if err != nil {
		return usageError{err}
	}
	signal.Ignore(syscall.SIGPIPE) // a log without a reader must not end the program
	log := output.NewLog(std.err)
	defer log.Close()
	o.Log = slog.New(slog.NewJSONHandler(log, nil))
	p, err := proxy.New(o)
	if err != nil {
		return usageError{err}
	}
	defer onHangup(p.Reload)()
	ln, err := net.Listen("tcp", f.listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	var admin net.Listener
	if f.admin != "" {
		if admin, err = net.Listen("tcp", f.admin); err != nil {
			ln.Close()
			return fmt.Errorf("listen: --admin: %w", err)
		}
	}
	err = p.Serve(ctx, ln, admin)
	if errors.Is(err, proxy.ErrNoAdminToken) {
		return usagef("--admin: %w; use --admin-token-file or $%s", err, adminTokenEnv)
	}
	return err
}

// options checks the flags, and reads the files that they name.
func (f *proxyFlags) options(getenv func(string) string) (o proxy.Options, err error) {
	if f.upstream == "" {
		return o, errors.New("--upstream is missing")
	}
	if o.Upstream, err = proxy.ParseUpstream(f.upstream); err != nil {
		return o, fmt.Errorf("--upstream: %w", err)
	}
	if o.UpstreamCAs, err = readCAs(f.upstreamCA); err != nil {
		return o, fmt.Errorf("--upstream-ca: %w", err)
	}
	if o.Request, err = parseMode("request", f.request); err != nil {
		return o, err
	}
	if o.Response, err = parseMode("response", f.response); err != nil {
		return o, err
	}
	if f.maxRequestBody <= 0 || f.maxResponseBody <= 0 {
		return o, errors.New("--max-request-body and --max-response-body must be positive")
	}
	if f.bodyBudget/2 < max(f.maxRequestBody, f.maxResponseBody) {
		return o, errors.New("--body-budget must be at least twice --max-request-body and --max-response-body")
	}
	if f.upstreamTimeout <= 0 {
		return o, errors.New("--upstream-timeout must be positive")
	}
	if (f.tlsCert == "") != (f.tlsKey == "") {
		return o, errors.New("--tls-cert and --tls-key need each other")
	}
	for _, text := range f.trustedProxies {
		network, err := httpserver.ParseNetwork(text)
		if err != nil {
			return o, fmt.Errorf("--trusted-proxy: %w", err)
		}
		o.TrustedProxies = append(o.TrustedProxies, network)
	}
	if o.AdminToken, err = f.adminToken(getenv); err != nil {
		return o, err
	}
	o.CertFile, o.KeyFile = f.tlsCert, f.tlsKey
	o.ContractFile, o.UpstreamTimeout = f.contract, f.upstreamTimeout
	o.MaxRequestBody, o.MaxResponseBody, o.BodyBudget = f.maxRequestBody, f.maxResponseBody, f.bodyBudget
	return o, nil
}

// adminToken returns the admin token, or "" if there is none.
func (f *proxyFlags) adminToken(getenv func(string) string) (string, error) {
	if f.adminTokenFile == "" {
		return getenv(adminTokenEnv), nil
	}
	text, err := os.ReadFile(f.adminTokenFile)
	if err != nil {
		return "", fmt.Errorf("--admin-token-file: %w", err)
	}
	token := strings.TrimSpace(string(text))
	if token == "" {
		return "", fmt.Errorf("--admin-token-file: %s is empty", f.adminTokenFile)
	}
	return token, nil
}

func parseMode(flag, text string) (validate.Mode, error) {
	mode, err := validate.ParseMode(text)
	if err != nil {
		return mode, fmt.Errorf("--%s is %q, not enforce, observe or off", flag, text)
	}
	return mode, nil
}

// readCAs returns nil without a file, which means the CAs of the system.
func readCAs(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s contains no PEM certificate", file)
	}
	return pool, nil
}
