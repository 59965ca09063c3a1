package validate_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/validate"
)

// judged sends a body through a Middleware, and returns what was found.
func (s *hostileShape) judged(t testing.TB, v *validate.Validator, body string) int {
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://host/x", strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Content-Type", s.contentType())
	w := &counting{header: http.Header{}}
	v.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(204)
	})).ServeHTTP(w, r)
	return w.status
}

func TestWorkGrowsAsTheBodyDoes(t *testing.T) {
	const n = 256 << 10
	for name, s := range hostileShapes() {
		t.Run(name, func(t *testing.T) {
			var found validate.Violations
			v, err := validate.New([]byte(s.contract()), validate.Options{
				MaxRequestBody: 16 << 20,
				Report:         func(_ *http.Request, vs validate.Violations) { found = vs },
			})
			require.NoError(t, err)
			s.judged(t, v, s.body(100))
			var used [2]uint64
			var spent [2]time.Duration
			for i, size := range []int{n, 2 * n} {
				body := s.body(size)
				found = nil
				began := time.Now()
				used[i] = allocated(func() { s.judged(t, v, body) })
				spent[i] = time.Since(began)
				assert.LessOrEqual(t, len(found), 16)
				assert.Equal(t, s.good, len(found) == 0, "%v", found)
			}
			assert.LessOrEqual(t, float64(used[1]), 2.3*float64(used[0])+1<<20, "allocated bytes")
			t.Logf("%v %v ratio %.2f; %d %d KB ratio %.2f %.100s", spent[0], spent[1], float64(spent[1])/float64(spent[0]), used[0]>>10, used[1]>>10, float64(used[1])/float64(used[0]), found.Error())
		})
	}
}
