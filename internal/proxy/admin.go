package proxy

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/dcs-sessions/dcs-sessions/validate"
)

// readyTimeout is how long the upstream may take to take a connection.
const readyTimeout = time.Second

// Admin returns the operator's handler, for an address that callers cannot
// reach: whoever reaches it can switch the validation off.
//
//	GET /healthz  200 while the process runs
//	GET /readyz   200 when the upstream takes connections; 503 when it does not,
//	              or the proxy is stopping
//	GET /metrics  for Prometheus
//	GET /drift    what was found since the contract was loaded
//	GET /modes, PUT /modes
func (p *Proxy) Admin() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok\n") })
	mux.HandleFunc("GET /readyz", p.readyz)
	mux.Handle("GET /metrics", p.metrics.handler())
	mux.HandleFunc("GET /drift", p.drift)
	mux.HandleFunc("GET /modes", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, p.Modes()) })
	mux.HandleFunc("PUT /modes", p.putModes)
	return mux
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
		Where     validate.Where     `json:"in,omitempty"`
		Pointer   string             `json:"pointer,omitempty"`
		Rule      string             `json:"rule,omitempty"`
		Count     uint64             `json:"count"`
	}
	list := []drift{}
	for _, d := range p.current.Load().validator.Drift() {
		list = append(list, drift{d.OperationID, d.Method, d.Path, d.Direction, d.Where, d.Pointer, d.Rule, d.Count})
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
		return m, errors.New(`the body is not like {"request":"enforce","response":"observe","operations":{"ID":{"response":"off"}}}: ` + err.Error())
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
	_ = enc.Encode(value) // the operator is gone
}
