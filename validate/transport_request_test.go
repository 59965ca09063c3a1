package validate_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	dcssessions "github.com/dcs-sessions/dcs-sessions"
	"github.com/dcs-sessions/dcs-sessions/validate"
)

type closing struct {
	io.Reader
	closed int
}

func (c *closing) Close() error {
	c.closed++
	return nil
}

func TestWhatIsSentAgainIsWhatWasChecked(t *testing.T) {
	for name, engine := range engines {
		v, err := validate.New(dcssessions.Contract(), validate.Options{Engine: engine})
		require.NoError(t, err)
		body := &closing{Reader: strings.NewReader(killBody)}
		r, err := http.NewRequest(http.MethodPost, "http://host"+killPath, body)
		require.NoError(t, err)
		r.Header.Set("Content-Type", "application/json")
		r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("another")), nil }
		_, err = v.Transport(roundTripper(func(out *http.Request) (*http.Response, error) {
			assert.EqualValues(t, len(killBody), out.ContentLength)
			for range 2 {
				got, err := io.ReadAll(out.Body)
				assert.NoError(t, err)
				assert.Equal(t, killBody, string(got), name)
				out.Body, err = out.GetBody()
				assert.NoError(t, err)
			}
			return &http.Response{StatusCode: 204, Header: http.Header{"X-Request-Id": {"r"}}, Body: http.NoBody}, nil
		})).RoundTrip(r)
		require.NoError(t, err)
		assert.Equal(t, 1, body.closed, "a RoundTripper closes the body that it is given")
		assert.Same(t, body, r.Body)
	}
}
