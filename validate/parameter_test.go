package validate_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/validate"
)

func TestAQueryIsReadAsItIsMeant(t *testing.T) {
	contract, err := os.ReadFile("testdata/search.yaml")
	require.NoError(t, err)
	for name, engine := range engines {
		v, err := validate.New(contract, validate.Options{Engine: engine, Response: validate.Off})
		require.NoError(t, err)
		h := v.Middleware(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }))
		for query, status := range map[string]int{
			"q=x&limit=1":         204,
			"q=x&limit=1&limit=2": 400, // though both are good
			"q=x&limi%74=0":       400, // limit
			"q=x&limit=":          400,
			"q=":                  204,
			"&q=x&&":              204,
			"limit=1":             400, // q is missing
		} {
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, httptest.NewRequest("GET", "/values?"+query, nil))
			assert.Equal(t, status, rec.Code, "%s: %s", name, query)
		}
	}
}
