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

// The verdicts on a message. A message that is not validated (mode off) passes.
const (
	passed   = "passed"
	observed = "observed" // it has violations and passes
	refused  = "refused"
)

// The labels of metrics come from the contract, so that callers cannot create
// series.
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
			"Requests by response status; 499 means that the caller left before the response."), []string{"operation", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: "dcs_proxy", Name: "request_duration_seconds",
			Help:    "Time from a request's header to the end of its response.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60},
		}, []string{"operation"}),
		violations: prometheus.NewCounterVec(opts("violations_total",
			"Violations of the contract in the modes enforce and observe."), []string{"operation", "direction", "rule"}),
		verdicts: prometheus.NewCounterVec(opts("verdicts_total",
			"Messages by verdict: passed, observed (passed with violations), refused."), []string{"operation", "direction", "verdict"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Namespace: "dcs_proxy", Name: "requests_in_flight", Help: "Requests in progress.",
		}),
	}
	m.registry.MustRegister(m.requests, m.duration, m.violations, m.verdicts, m.inFlight,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// begin counts a request. The function that it returns must be called at the end.
func (m *metrics) begin(s *requestState, e *accesslog.Entry) func() {
	start := time.Now()
	m.inFlight.Inc()
	return func() {
		m.inFlight.Dec()
		m.duration.WithLabelValues(s.operation).Observe(time.Since(start).Seconds())
		status := e.Status
		if status == 0 { // after a panic the access log writes the response later
			status = http.StatusInternalServerError
		}
		m.requests.WithLabelValues(s.operation, strconv.Itoa(status)).Inc()
		violations := s.finish(e)
		m.countVerdict(s, validate.Request, violations)
		if s.forwarded || s.refused == validate.Response {
			m.countVerdict(s, validate.Response, violations)
		}
	}
}

func (m *metrics) countVerdict(s *requestState, d validate.Direction, violations validate.Violations) {
	verdict := passed
	for _, v := range violations {
		if v.Direction == d {
			verdict = observed
		}
	}
	if s.refused == d {
		verdict = refused
	}
	m.verdicts.WithLabelValues(s.operation, string(d), verdict).Inc()
}

func (m *metrics) countViolations(operation string, vs validate.Violations) {
	for _, v := range vs {
		m.violations.WithLabelValues(operation, string(v.Direction), string(v.Rule)).Inc()
	}
}
