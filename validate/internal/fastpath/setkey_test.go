package fastpath_test

import (
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/fastpath"
)

func TestSetKeyIdentifiesASetOfSchemas(t *testing.T) {
	a, b := openapi3.NewStringSchema(), openapi3.NewStringSchema()
	key := func(schemas ...*openapi3.Schema) string { return fastpath.SetKey(schemas) }
	assert.Equal(t, key(a, b), key(b, a, b), "order and duplicates do not matter")
	assert.NotEqual(t, key(a), key(b), "the address counts, not the content")
	assert.NotEqual(t, key(a), key(a, b))
	assert.Empty(t, key())
}
