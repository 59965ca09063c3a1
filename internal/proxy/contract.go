package proxy

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"os"

	dcssessions "github.com/dcs-sessions/dcs-sessions"
	"github.com/dcs-sessions/dcs-sessions/internal/accesslog"
	"github.com/dcs-sessions/dcs-sessions/validate"
)

// A contract is what one reading of the contract's file made. Requests keep
// theirs while a new one is put in its place.
type contract struct {
	name      string // the file's
	validator *validate.Validator
	reverse   *httputil.ReverseProxy
}

// load reads the contract and gives it the modes; those of operations that it
// does not have are taken out of m.
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
		Decode:          true,
		Report:          p.report,
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	c := &contract{name: name, validator: v}
	kept, dropped, err := m.putOn(v)
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
		ErrorHandler:   c.failed,
		// its lines tell of what the request's own line tells
		ErrorLog: slog.NewLogLogger(p.o.Log.Handler(), slog.LevelDebug),
	}
	return c, nil
}

// rewrite makes the request that is sent on. ReverseProxy has taken out what is
// of one connection alone, and the X-Forwarded headers, because a caller can claim
// anything there.
func rewrite(pr *httputil.ProxyRequest) {
	pr.Out.URL.RawQuery = pr.In.URL.RawQuery // which ReverseProxy has cleaned
	pr.SetXForwarded()
	if pr.Out.Header.Get("X-Request-Id") == "" {
		pr.Out.Header.Set("X-Request-Id", accesslog.From(pr.In.Context()).RequestID)
	}
}

// modifyResponse comes after the verdict: a contract that wants X-Request-Id
// wants it of the upstream.
func modifyResponse(resp *http.Response) error {
	ctx := resp.Request.Context()
	call, x := accesslog.From(ctx), exchangeOf(ctx)
	x.answered = true
	switch id := resp.Header.Get("X-Request-Id"); {
	case id == "":
		resp.Header.Set("X-Request-Id", call.RequestID)
	case id != call.RequestID && accesslog.IsRequestID(id):
		call.Set("upstream_request_id", id)
	}
	if resp.StatusCode != http.StatusSwitchingProtocols { // its body is the connection
		resp.Body = &watchedBody{ReadCloser: resp.Body, failed: func(err error) {
			if ctx.Err() == nil {
				call.Err = fmt.Errorf("upstream: the response broke off: %w", err)
			}
		}}
	}
	return nil
}
