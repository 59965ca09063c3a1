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
	"github.com/dcs-sessions/dcs-sessions/validate/internal/schematest"
)

var (
	executions = flag.Int("executions", 16_000, "number of documents of the differential test")
	seed       = flag.Uint64("seed", 1, "seed of the differential test; 0 means another one each time")
)

// documents counts what the differential test did.
type documents struct {
	all, ok, bound, valid, validOK int
}

// Random schemas and random documents: kin-openapi and a strict parser accept
// what is ok, and encoding/json binds what is bound. The test asserts the shares,
// because otherwise it might compare nothing.
func TestWhatIsOKIsValidForTheReference(t *testing.T) {
	t.Parallel()
	if *seed == 0 {
		*seed = rand.Uint64()
	}
	began := time.Now()
	var n documents
	for which := uint64(0); n.all < *executions; which++ {
		compareDocuments(t, which, &n)
	}
	all, ok, valid := n.all, n.ok, n.valid
	t.Logf("seed %d: %d documents, %d ok, %d bound, %d of %d valid ones ok; %.0f a second",
		*seed, all, ok, n.bound, n.validOK, valid, float64(all)/time.Since(began).Seconds())
	assert.Greater(t, ok*100, all*20, "ok")
	assert.Greater(t, n.bound*100, all*10, "bound")
	assert.Greater(t, (all-ok)*100, all*20, "fell back")
	assert.Greater(t, n.validOK*100, valid*90, "valid ones that are ok")
}

// compareDocuments makes one schema and 24 documents.
func compareDocuments(t *testing.T, which uint64, n *documents) {
	g := newGenerator(*seed, which)
	schema := g.Schema(3)
	d := schematest.Pick(g, fastpath.Request, fastpath.Response)
	p := fastpath.Compile(schema, d)
	typ := g.goType(schema, 4)
	binder := p.Binder(typ)
	for range 24 {
		n.all++
		g.Plain = g.Chance(50)
		plain := g.Plain
		text := g.Document(schema, 4)
		if !plain && g.Chance(40) {
			text = g.Mutate(text)
		}
		ok := p.JSONString(text)
		require.Equal(t, ok, p.JSON([]byte(text)), "seed %d, schema %d: %s", *seed, which, text)
		var err error
		if ok || plain && g.Supported {
			err = referenceError(schema, d, text)
		}
		if ok {
			n.ok++
			if err != nil {
				shown, _ := json.Marshal(schema)
				require.NoError(t, err, "seed %d, schema %d: %s\n%s", *seed, which, text, shown)
			}
		}
		if plain && g.Supported && err == nil {
			n.valid++
			if ok {
				n.validOK++
			}
		}
		if into := reflect.New(typ).Interface(); binder.Bind(text, into) {
			n.bound++
			require.True(t, ok, "seed %d, schema %d: %s is bound and not ok", *seed, which, text)
			require.NoError(t, sameAsJSON(text, into), "seed %d, schema %d: %s into %v", *seed, which, text, typ)
		}
	}
}
