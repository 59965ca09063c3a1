package proxy

import (
	"bytes"
	"log/slog"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/dcs-sessions/dcs-sessions/internal/accesslog"
	"github.com/dcs-sessions/dcs-sessions/validate"
)

// In observe the request body is validated while it is forwarded, which may end
// after the upstream's response.
func TestViolationsThatComeAfterTheResponseAreLoggedOnALineOfTheirOwn(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	p := &Proxy{o: Options{Log: slog.New(slog.NewJSONHandler(&log, nil))}, metrics: newMetrics()}
	state := &requestState{operation: "AddItem"}
	r := httptest.NewRequest("POST", "/items", nil)
	r = r.WithContext(withState(r.Context(), state))
	vs := validate.Violations{{Direction: validate.Request, In: validate.InBody, Rule: "type", Message: "wrong"}}
	p.report(r, vs)
	assert.Empty(t, log.String())
	assert.Len(t, state.finish(&accesslog.Entry{}), 1)
	p.report(r, vs)
	assert.Contains(t, log.String(), `"msg":"violations after the response"`)
	assert.Contains(t, log.String(), `"violations":["request body: wrong (type)"]`)
}
