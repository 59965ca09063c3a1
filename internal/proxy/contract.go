package proxy

import (
	"cmp"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"os"

	dcssessions "github.com/dcs-sessions/dcs-sessions"
	"github.com/dcs-sessions/dcs-sessions/internal/accesslog"
	"github.com/dcs-sessions/dcs-sessions/validate"
)

// unknown is the operation of a request that matches none, or one without an
// operationId.
const unknown = "unknown"

// A contract is the contract file as it was read once, with its validator. A
// request keeps its contract if another one is loaded meanwhile.
type contract struct {
	name      string // of the file
	validator *validate.Validator
	reverse   *httputil.ReverseProxy
}

// load reads the contract and applies the modes to it. It removes the modes of
// operations that the contract does not have from m.
func (p *Proxy) load(m *Modes) (*contract, error) {
	name, text := "the embedded contract", dcssessions.Contract()
	if p.o.ContractFile != "" {
		var err error
		name = p.o.ContractFile
		if text, err = os.ReadFile(name); err != nil {
			return nil, fmt.Errorf("read the contract: %w", err)
		}
	}
	v, err := validate.New(text, validate.Options{
		MaxRequestBody:  p.o.MaxRequestBody,
		MaxResponseBody: p.o.MaxResponseBody,
		BodyBudget:      p.o.BodyBudget,
		DecodeGzip:      true,
		Routed:          routed,
		Report:          p.report,
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	c := &contract{name: name, validator: v}
	kept, dropped, err := m.apply(v)
	if err != nil {
		return nil, err
	}
	for _, id := range dropped {
		p.o.Log.Warn("the contract no longer has an operation whose mode was set", "operation", id)
	}
	*m = kept
	c.reverse = &httputil.ReverseProxy{
		Rewrite:        rewrite,
		Transport:      v.Transport(p.upstream),
		ModifyResponse: modifyResponse,
		ErrorHandler:   c.onFailure,
		// The access log has what ReverseProxy logs.
		ErrorLog: slog.NewLogLogger(p.o.Log.Handler(), slog.LevelDebug),
	}
	return c, nil
}

// routed keeps the operation that validation found, so that it is found once.
func routed(r *http.Request, op validate.Operation) {
	stateOf(r.Context()).operation = cmp.Or(op.ID, unknown)
}

// rewrite completes the request to the upstream. ReverseProxy has removed the
// hop-by-hop headers, and the X-Forwarded headers because a caller can make them
// up.
func rewrite(pr *httputil.ProxyRequest) {
	pr.Out.URL.RawQuery = pr.In.URL.RawQuery // ReverseProxy changes a query that does not parse
	pr.SetXForwarded()
	if pr.Out.Header.Get("X-Request-Id") == "" {
		pr.Out.Header.Set("X-Request-Id", accesslog.From(pr.In.Context()).RequestID)
	}
}

// modifyResponse runs after the validation, because a contract that requires
// X-Request-Id requires it from the upstream.
func modifyResponse(resp *http.Response) error {
	ctx := resp.Request.Context()
	entry, state := accesslog.From(ctx), stateOf(ctx)
	state.forwarded = true
	switch id := resp.Header.Get("X-Request-Id"); {
	case id == "":
		resp.Header.Set("X-Request-Id", entry.RequestID)
	case id != entry.RequestID && accesslog.IsRequestID(id):
		entry.Set("upstream_request_id", id)
	}
	if resp.StatusCode != http.StatusSwitchingProtocols { // otherwise its body is the connection
		resp.Body = &watchedBody{ReadCloser: resp.Body, onError: func(err error) {
			if ctx.Err() == nil {
				entry.Err = fmt.Errorf("upstream: the response was cut off: %w", err)
			}
		}}
	}
	return nil
}

// Reload reads the contract file and the certificate files again. If one of them
// cannot be used, Reload logs the error and keeps the old one. The modes are kept.
// The drift counters of a new contract start at zero. Requests in progress keep
// their contract.
func (p *Proxy) Reload() {
	p.mu.Lock()
	defer p.mu.Unlock()
	modes := p.modes
	if c, err := p.load(&modes); err != nil {
		p.o.Log.Error("the new contract cannot be used, the old one stays in use", "error", err)
	} else {
		p.current.Store(c)
		p.modes = modes
		p.o.Log.Info("contract loaded", "contract", c.name)
	}
	if p.certificate == nil {
		return
	}
	if err := p.certificate.Reload(); err != nil {
		p.o.Log.Error("the new certificate cannot be used, the old one stays in use", "error", err)
		return
	}
	p.o.Log.Info("certificate loaded")
}
