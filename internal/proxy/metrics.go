package proxy

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/dcs-sessions/dcs-sessions/internal/accesslog"
	"github.com/dcs-sessions/dcs-sessions/validate"
)

// The verdicts on a message. One that is not looked at (mode off) passes.
const (
	passed   = "passed"
	observed = "observed" // it has violations, and passes
	refused  = "refused"
)

// metrics counts by what the contract names: callers cannot make new series.
type metrics struct {
	registry   *prometheus.Registry
	requests   *prometheus.CounterVec
	duration   *prometheus.HistogramVec
	violations *prometheus.CounterVec
	verdicts   *prometheus.CounterVec
	inFlight   prometheus.Gauge
}

func newMetrics() *metrics {
	opts := func(name, help string) prometheus.CounterOpts {
		return prometheus.CounterOpts{Namespace: "dcs_proxy", Name: name, Help: help}
	}
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(opts("requests_total",
			"Requests, by the status that the caller got; 499 left before."), []string{"operation", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: "dcs_proxy", Name: "request_duration_seconds",
			Help:    "From a request's header to the end of its response.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60},
		}, []string{"operation"}),
		violations: prometheus.NewCounterVec(opts("violations_total",
			"Violations of the contract, in enforce and observe."), []string{"operation", "direction", "rule"}),
		verdicts: prometheus.NewCounterVec(opts("verdicts_total",
			"Messages, by what became of them: passed, observed (passed with violations), refused."), []string{"operation", "direction", "verdict"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Namespace: "dcs_proxy", Name: "requests_in_flight", Help: "Requests under way.",
		}),
	}
	m.registry.MustRegister(m.requests, m.duration, m.violations, m.verdicts, m.inFlight,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// begin returns what is to be called at the end.
func (m *metrics) begin(x *exchange, call *accesslog.Entry) func() {
	start := time.Now()
	m.inFlight.Inc()
	return func() {
		m.inFlight.Dec()
		m.duration.WithLabelValues(x.operation).Observe(time.Since(start).Seconds())
		status := call.Status
		if status == 0 { // a panic, which is answered when this is done
			status = http.StatusInternalServerError
		}
		m.requests.WithLabelValues(x.operation, strconv.Itoa(status)).Inc()
		found := x.end(call)
		m.judged(x, validate.Request, found)
		if x.answered || x.refused == validate.Response {
			m.judged(x, validate.Response, found)
		}
	}
}

func (m *metrics) judged(x *exchange, d validate.Direction, found validate.Violations) {
	verdict := passed
	for _, v := range found {
		if v.Direction == d {
			verdict = observed
		}
	}
	if x.refused == d {
		verdict = refused
	}
	m.verdicts.WithLabelValues(x.operation, string(d), verdict).Inc()
}

func (m *metrics) violated(operation string, vs validate.Violations) {
	for _, v := range vs {
		m.violations.WithLabelValues(operation, string(v.Direction), v.Rule).Inc()
	}
}
