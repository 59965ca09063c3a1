package jsontoken_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/jsontoken"
)

func TestPointers(t *testing.T) {
	assert.Empty(t, jsontoken.Path{}.String(), "the whole text")
	assert.Equal(t, "/a~1b~0c/0/", jsontoken.Path{jsontoken.Member("a/b~c"), {Index: 0}, jsontoken.Member("")}.String())
	assert.Equal(t, "/a/~01", jsontoken.Pointer("a", "~1"))
	assert.Empty(t, jsontoken.Pointer())
}

func ExamplePath() {
	fmt.Println(jsontoken.Path{jsontoken.Member("pets"), {Index: 3}, jsontoken.Member("a/b")})
	// Output: /pets/3/a~1b
}
