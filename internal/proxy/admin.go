package proxy

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/dcs-sessions/dcs-sessions/internal/httpserver"
	"github.com/dcs-sessions/dcs-sessions/validate"
)

// readyTimeout limits the time in which the upstream must accept a connection.
const readyTimeout = time.Second

// ErrNoAdminToken is returned by [Proxy.Serve] for an admin address that other
// machines can reach, if there is no Options.AdminToken.
var ErrNoAdminToken = errors.New("an admin address that is not on loopback requires an admin token")

// Admin returns the operator's handler. Serve it on an address that callers cannot
// reach. Requests that change something require Options.AdminToken if it is set.
// Without it, everybody who reaches the address can switch the validation off.
//
//	GET /healthz  200 while the process runs
//	GET /readyz   200 if the upstream accepts connections; 503 if it does not, or
//	              if the proxy is stopping
//	GET /metrics  metrics for Prometheus
//	GET /drift    the violations since the contract was loaded, counted
//	GET /modes, PUT /modes
func (p *Proxy) Admin() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok\n") })
	mux.HandleFunc("GET /readyz", p.readyz)
	mux.Handle("GET /metrics", p.metrics.handler())
	mux.HandleFunc("GET /drift", p.drift)
	mux.HandleFunc("GET /modes", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, p.Modes()) })
	mux.Handle("PUT /modes", p.withToken(p.putModes))
	return mux
}

// adminOn returns the operator's handler for an address. On loopback it refuses
// pages in a browser; on any other address it requires a token.
func (p *Proxy) adminOn(addr net.Addr) (http.Handler, error) {
	if at, ok := addr.(*net.TCPAddr); ok && at.IP.IsLoopback() {
		return httpserver.LoopbackOnly(p.Admin(), func(w http.ResponseWriter, r *http.Request) {
			writeProblem(w, r, http.StatusForbidden, "the admin address accepts only requests to localhost or a loopback address, and none from the web pages of other sites")
		}), nil
	}
	if p.o.AdminToken == "" {
		return nil, fmt.Errorf("%w: the address is %s", ErrNoAdminToken, addr)
	}
	return p.Admin(), nil
}

// withToken passes only requests with the operator's token to next.
func (p *Proxy) withToken(next http.HandlerFunc) http.Handler {
	if p.o.AdminToken == "" {
		return next
	}
	want := sha256.Sum256([]byte(p.o.AdminToken))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		got := sha256.Sum256([]byte(token))
		if subtle.ConstantTimeCompare(got[:], want[:]) != 1 || !strings.EqualFold(scheme, "Bearer") {
			w.Header().Set("WWW-Authenticate", "Bearer")
			writeProblem(w, r, http.StatusUnauthorized, "the request requires the admin token: Authorization: Bearer TOKEN")
			return
		}
		next(w, r)
	})
}

func (p *Proxy) readyz(w http.ResponseWriter, r *http.Request) {
	if p.stopping.Load() {
		writeProblem(w, r, http.StatusServiceUnavailable, "the proxy is stopping")
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
	defer cancel()
	if err := p.upstream.reachable(ctx); err != nil {
		writeProblem(w, r, http.StatusServiceUnavailable, "upstream: "+err.Error())
		return
	}
	io.WriteString(w, "ok\n")
}

func (p *Proxy) drift(w http.ResponseWriter, _ *http.Request) {
	type drift struct {
		Operation string             `json:"operation,omitempty"`
		Method    string             `json:"method,omitempty"`
		Path      string             `json:"path,omitempty"`
		Direction validate.Direction `json:"direction"`
		In        validate.Location  `json:"in,omitempty"`
		Pointer   string             `json:"pointer,omitempty"`
		Rule      validate.Rule      `json:"rule,omitempty"`
		Count     uint64             `json:"count"`
	}
	list := []drift{}
	for _, d := range p.current.Load().validator.Drift() {
		list = append(list, drift{d.OperationID, d.Method, d.Path, d.Direction, d.In, d.Pointer, d.Rule, d.Count})
	}
	writeJSON(w, list)
}

func (p *Proxy) putModes(w http.ResponseWriter, r *http.Request) {
	modes, err := readModes(http.MaxBytesReader(w, r.Body, 1<<20))
	if err == nil {
		err = p.SetModes(modes)
	}
	if err != nil {
		writeProblem(w, r, http.StatusBadRequest, err.Error())
		return
	}
	writeJSON(w, p.Modes())
}

func readModes(body io.Reader) (m Modes, err error) {
	dec := json.NewDecoder(body)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&m); err != nil {
		return m, errors.New(`the body must look like {"request":"enforce","response":"observe","operations":{"ID":{"response":"off"}}}: ` + err.Error())
	}
	if _, err := dec.Token(); err != io.EOF {
		return m, errors.New("there is data after the JSON value")
	}
	return m, nil
}

func writeJSON(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	_ = enc.Encode(value) // fails only if the operator has left
}
