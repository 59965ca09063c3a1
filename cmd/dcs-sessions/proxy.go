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

// adminTokenEnv may have the admin token itself.
const adminTokenEnv = "DCS_ADMIN_TOKEN"

func proxyCommand(getenv func(string) string, std stdio) *cobra.Command {
	var f proxyFlags
	cmd := &cobra.Command{
		Use:   "proxy --upstream URL",
		Short: "Validate what passes between callers and an API, by its contract",
		Long: "proxy sends each request on to the upstream, and its response back, if the\n" +
			"contract allows them: this project's own, or any OpenAPI 3.0 contract. A mode is\n" +
			"enforce (what the contract does not allow is refused: 4xx to a bad request, 502\n" +
			"for a bad response, as application/problem+json), observe (it is logged and\n" +
			"passes as it is) or off. Host, User-Agent, path and query are sent on as they\n" +
			"came, because they may be signed; a path in the upstream's URL is put before theirs.\n\n" +
			"SIGHUP reads the contract and the certificate again; one that is bad is refused\n" +
			"and the old one kept. Ctrl-C or SIGTERM finishes the calls under way, for at most\n" +
			"six seconds. The log is JSON on standard error, a line a request.\n\n" +
			"Connections from a trusted proxy's network may begin with a PROXY protocol header,\n" +
			"and X-Forwarded-For is read there: the log, and X-Forwarded-For to the upstream,\n" +
			"then have the caller's address instead of the proxy's.\n\n" +
			"The admin address has /healthz, /readyz, /metrics (Prometheus), /drift (what was\n" +
			"found, counted) and /modes (GET, and PUT to change them). On loopback it refuses\n" +
			"what a web page may have sent. On any other address there must be an admin token,\n" +
			"in a file or in $" + adminTokenEnv + ", and PUT /modes wants it: Authorization: Bearer TOKEN.",
		Example: "  dcs-sessions proxy --upstream http://127.0.0.1:8080\n" +
			"  dcs-sessions proxy --upstream https://api.example.com/v1 --contract shop.yaml \\\n" +
			"    --response observe --admin 127.0.0.1:9090",
		Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return runProxy(cmd.Context(), f, getenv, std) },
	}
	f.add(cmd.Flags())
	return cmd
}

func (f *proxyFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.upstream, "upstream", "", "`URL` of the API")
	flags.StringVar(&f.upstreamCA, "upstream-ca", "", "`FILE` with the CA certificates (PEM) that the upstream's must be of (default the system's)")
	flags.DurationVar(&f.upstreamTimeout, "upstream-timeout", proxy.DefaultUpstreamTimeout, "`TIME` until the upstream's response must begin")
	flags.StringVar(&f.contract, "contract", "", "OpenAPI 3.0 `FILE`, JSON or YAML (default this project's contract)")
	flags.StringVar(&f.listen, "listen", "127.0.0.1:8081", "`ADDRESS` for callers; port 0 takes a free one")
	flags.StringVar(&f.tlsCert, "tls-cert", "", "`FILE` with the certificate (PEM) for callers (default plain HTTP)")
	flags.StringVar(&f.tlsKey, "tls-key", "", "`FILE` with its key (PEM)")
	flags.StringVar(&f.request, "request", "enforce", "`MODE` of requests: enforce, observe or off")
	flags.StringVar(&f.response, "response", "enforce", "`MODE` of responses")
	flags.Int64Var(&f.maxRequestBody, "max-request-body", proxy.DefaultMaxRequestBody, "`BYTES` that a request's body may have")
	flags.Int64Var(&f.maxResponseBody, "max-response-body", proxy.DefaultMaxResponseBody, "`BYTES` that a response's body may have")
	flags.Int64Var(&f.bodyBudget, "body-budget", validate.DefaultBodyBudget, "`BYTES` that all bodies may take at one time; beyond them the answer is 503")
	flags.StringVar(&f.admin, "admin", "", "`ADDRESS` for the operator alone (default none)")
	flags.StringVar(&f.adminTokenFile, "admin-token-file", "", "`FILE` with the token for what changes something there (default $"+adminTokenEnv+")")
	flags.StringSliceVar(&f.trustedProxies, "trusted-proxy", nil, "`NETWORK` of proxies in front that say who calls, like 10.0.0.0/8; may be repeated (default none)")
	envFlag(flags, "upstream", "DCS_UPSTREAM")
	envFlag(flags, "upstream-ca", "DCS_UPSTREAM_CA")
	envFlag(flags, "upstream-timeout", "DCS_UPSTREAM_TIMEOUT")
	envFlag(flags, "contract", "DCS_CONTRACT")
	envFlag(flags, "listen", "DCS_LISTEN")
	envFlag(flags, "tls-cert", "DCS_TLS_CERT")
	envFlag(flags, "tls-key", "DCS_TLS_KEY")
	envFlag(flags, "request", "DCS_REQUEST")
	envFlag(flags, "response", "DCS_RESPONSE")
	envFlag(flags, "max-request-body", "DCS_MAX_REQUEST_BODY")
	envFlag(flags, "max-response-body", "DCS_MAX_RESPONSE_BODY")
	envFlag(flags, "body-budget", "DCS_BODY_BUDGET")
	envFlag(flags, "admin", "DCS_ADMIN")
	envFlag(flags, "admin-token-file", "DCS_ADMIN_TOKEN_FILE")
	envFlag(flags, "trusted-proxy", "DCS_TRUSTED_PROXY")
}

// runProxy returns a usageError for whatever keeps the proxy from being made;
// nothing listens then.
func runProxy(ctx context.Context, f proxyFlags, getenv func(string) string, std stdio) error {
	o, err := f.options(getenv)
	if err != nil {
		return usageError{err}
	}
	signal.Ignore(syscall.SIGPIPE) // a log whose reader is gone ends no call
	log := output.NewLog(std.err)
	defer log.Close()
	o.Log = slog.New(slog.NewJSONHandler(log, nil))
	p, err := proxy.New(o)
	if err != nil {
		return usageError{err}
	}
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	go func() {
		for {
			select {
			case <-hup:
				p.Reload()
			case <-ctx.Done():
				return
			}
		}
	}()
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
		return usagef("--admin: %w; give one by --admin-token-file or $%s", err, adminTokenEnv)
	}
	return err
}

// options reads the flags, and the files that they name.
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
		return o, errors.New("--tls-cert and --tls-key go together")
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

// adminToken returns "" for none.
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

// readCAs returns nil, which is the system's, for no file.
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
		return nil, fmt.Errorf("%s has no certificate in PEM", file)
	}
	return pool, nil
}
