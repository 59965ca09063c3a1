package fastpath_test

import (
	"encoding/json"
	"flag"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/fastpath"
)

var (
	executions = flag.Int("executions", 40_000, "documents of the differential test")
	seed       = flag.Uint64("seed", 1, "of the differential test; 0: another one each time")
)

// Of random schemas and random documents: what is accepted, kin-openapi and two
// strict readings accept, and what is bound is what encoding/json binds. The
// shares are asserted, or the test might look at nothing.
func TestWhatIsAcceptedIsAcceptedByAll(t *testing.T) {
	if *seed == 0 {
		*seed = rand.Uint64()
	}
	began := time.Now()
	var all, accepted, bound, valid, validAccepted int
	for which := uint64(0); all < *executions; which++ {
		g := newGenerator(*seed, which)
		schema := g.schema(3)
		d := pick(g, fastpath.Request, fastpath.Response)
		p := fastpath.Compile(schema, d)
		typ := g.goType(schema, 4)
		binder := p.Binder(typ)
		for range 24 {
			all++
			g.plain = g.chance(50)
			whole := g.plain
			text := g.document(schema, 4)
			if !g.plain && g.chance(40) {
				text = g.mutate(text)
			}
			ok := p.JSONString(text)
			require.Equal(t, ok, p.JSON([]byte(text)), "seed %d, schema %d: %s", *seed, which, text)
			if whole && g.covered && judge(schema, d, text) == nil {
				valid++
				if ok {
					validAccepted++
				}
			}
			if ok {
				accepted++
				if err := judge(schema, d, text); err != nil {
					shown, _ := json.Marshal(schema)
					require.NoError(t, err, "seed %d, schema %d: %s\n%s", *seed, which, text, shown)
				}
			}
			if into := reflect.New(typ).Interface(); binder.Bind(text, into) {
				bound++
				require.True(t, ok, "seed %d, schema %d: %s is bound and not accepted", *seed, which, text)
				require.NoError(t, sameAsJSON(text, into), "seed %d, schema %d: %s into %v", *seed, which, text, typ)
			}
		}
	}
	spent := time.Since(began)
	t.Logf("seed %d: %d documents, %d accepted, %d bound, %d of %d valid ones accepted; %.0f a second",
		*seed, all, accepted, bound, validAccepted, valid, float64(all)/spent.Seconds())
	assert.Greater(t, accepted*100, all*20, "accepted")
	assert.Greater(t, bound*100, all*10, "bound")
	assert.Greater(t, (all-accepted)*100, all*20, "doubted")
	assert.Greater(t, validAccepted*100, valid*90, "valid ones accepted")
}
