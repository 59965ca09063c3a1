package validate_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/validate"
)

func TestAResponseThatIsNotOfItsCodingIsRefused(t *testing.T) {
	for name, engine := range engines {
		v, err := validate.New([]byte(listContract), validate.Options{Engine: engine, DecodeGzip: true})
		require.NoError(t, err)
		_, err = v.Transport(roundTripper(func(*http.Request) (*http.Response, error) {
			return &http.Response{
				StatusCode: 400, ContentLength: -1, Header: jsonHeader("gzip"),
				Body: io.NopCloser(strings.NewReader(`{"error_code":"x"}`)), // plain
			}, nil
		})).RoundTrip(httptest.NewRequest("GET", "http://host/p/clients", nil))
		vs := validate.AsViolations(err)
		if assert.Len(t, vs, 1, name) {
			assert.Equal(t, validate.RuleContentEncoding, vs[0].Rule)
		}
	}
}
