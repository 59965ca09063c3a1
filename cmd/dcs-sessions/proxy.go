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
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/dcs-sessions/dcs-sessions/internal/proxy"
	"github.com/dcs-sessions/dcs-sessions/validate"
)

type proxyFlags struct {
	upstream, upstreamCA, contract  string
	listen, tlsCert, tlsKey, admin  string
	request, response               string
	maxRequestBody, maxResponseBody int64
	upstreamTimeout                 time.Duration
}

func proxyCommand(std stdio) *cobra.Command {
	var f proxyFlags
	cmd := &cobra.Command{
		Use:   "proxy --upstream URL",
		Short: "Validate what passes between callers and an API, by its contract",
		Long: "proxy sends each request on to the upstream, and its response back, if the\n" +
			"contract allows them: this project's own, or any OpenAPI 3.0 contract. A mode is\n" +
			"enforce (what the contract does not allow is refused: 4xx to a bad request, 502\n" +
			"for a bad response, as application/problem+json), observe (it is logged and\n" +
			"passes as it is) or off. Host, User-Agent, path and query are sent on as they\n" +
			"came, for they may be signed; a path in the upstream's URL is put before theirs.\n\n" +
			"SIGHUP reads the contract and the certificate anew; one that is bad is refused\n" +
			"and the old one kept. Ctrl-C or SIGTERM finishes the calls under way. The log is\n" +
			"JSON on standard error, a line a request.\n\n" +
			"The admin address has /healthz, /readyz, /metrics (Prometheus), /drift (what was\n" +
			"found, counted) and /modes (GET, and PUT to change them). Whoever reaches it can\n" +
			"switch the validation off: keep it from callers.",
		Example: "  dcs-sessions proxy --upstream http://127.0.0.1:8080\n" +
			"  dcs-sessions proxy --upstream https://api.example.com/v1 --contract shop.yaml \\\n" +
			"    --response observe --admin 127.0.0.1:9090",
		Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return runProxy(cmd.Context(), f, std) },
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
	flags.StringVar(&f.admin, "admin", "", "`ADDRESS` for the operator alone (default none)")
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
	envFlag(flags, "admin", "DCS_ADMIN")
}

// runProxy returns a usageError for whatever keeps the proxy from being made;
// nothing listens then.
func runProxy(ctx context.Context, f proxyFlags, std stdio) error {
	o, err := f.options()
	if err != nil {
		return usageError{err}
	}
	o.Log = slog.New(slog.NewJSONHandler(std.err, nil))
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
	return p.Serve(ctx, ln, admin)
}

// options reads the flags, and the files that they name.
func (f *proxyFlags) options() (o proxy.Options, err error) {
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
	if f.upstreamTimeout <= 0 {
		return o, errors.New("--upstream-timeout must be positive")
	}
	if (f.tlsCert == "") != (f.tlsKey == "") {
		return o, errors.New("--tls-cert and --tls-key go together")
	}
	o.CertFile, o.KeyFile = f.tlsCert, f.tlsKey
	o.ContractFile, o.UpstreamTimeout = f.contract, f.upstreamTimeout
	o.MaxRequestBody, o.MaxResponseBody = f.maxRequestBody, f.maxResponseBody
	return o, nil
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
