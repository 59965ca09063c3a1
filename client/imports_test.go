package client_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Whoever imports the client pays for the signature, for the generated code's
// runtime and for nothing else: no contract, no validator.
func TestImportsStayLean(t *testing.T) {
	const module = "github.com/dcs-sessions/dcs-sessions"
	gen := []string{
		module + "/gen",
		"github.com/oapi-codegen/runtime",
		"github.com/oapi-codegen/runtime/types",
		"github.com/apapsch/go-jsonmerge/v2",
		"github.com/google/uuid",
	}
	for pkg, want := range map[string][]string{
		module + "/gen":               gen,
		module + "/client":            append([]string{module + "/client", module + "/signature"}, gen...),
		module + "/client/clienttest": append([]string{module + "/client/clienttest"}, gen...),
	} {
		t.Run(pkg, func(t *testing.T) {
			out, err := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", pkg).Output()
			require.NoError(t, err)
			assert.ElementsMatch(t, want, strings.Fields(string(out)))
		})
	}
}
