package fastpath_test

import "github.com/dcs-sessions/dcs-sessions/validate/internal/schematest"

// A generator makes random schemas, documents, Go types to bind them to, and
// numbers.
type generator struct{ *schematest.Generator }

func newGenerator(seed, which uint64) *generator {
	return &generator{schematest.New(seed, which)}
}
