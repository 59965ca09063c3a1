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

// In observe a request's body is looked at where it is sent on, and that may be
// when the upstream has answered already.
func TestWhatIsFoundAfterTheResponseHasALineOfItsOwn(t *testing.T) {
	var log bytes.Buffer
	p := &Proxy{o: Options{Log: slog.New(slog.NewJSONHandler(&log, nil))}, metrics: newMetrics()}
	x := &exchange{operation: "AddItem"}
	r := httptest.NewRequest("POST", "/items", nil)
	r = r.WithContext(withExchange(r.Context(), x))
	vs := validate.Violations{{Direction: validate.Request, Where: validate.InBody, Rule: "type", Message: "wrong"}}
	p.report(r, vs)
	assert.Empty(t, log.String())
	assert.Len(t, x.end(&accesslog.Entry{}), 1)
	p.report(r, vs)
	assert.Contains(t, log.String(), `"msg":"violations after the response"`)
	assert.Contains(t, log.String(), `"violations":["request body: wrong (type)"]`)
}
