package dcssessions_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "github.com/dcs-sessions/dcs-sessions"

// mayUse is which of the module's packages, and which others by the start of
// their path, each package may import; the standard library is free. Nothing
// points back, so that each can be taken without those built on it.
var mayUse = map[string][]string{
	"":                    {},
	"/gen":                {"github.com/oapi-codegen/runtime"},
	"/signature":          {},
	"/validate":           {"github.com/getkin/kin-openapi"},
	"/client":             {module + "/gen", module + "/signature"},
	"/client/clienttest":  {module + "/gen"},
	"/sessions":           {"github.com/redis/go-redis/v9"},
	"/fleet":              {module + "/sessions"},
	"/server":             {module, module + "/gen", module + "/validate", module + "/fleet", module + "/sessions", module + "/signature", module + "/internal/access", module + "/internal/serve", "go.yaml.in/yaml/v4"},
	"/internal/access":    {},
	"/internal/serve":     {},
	"/internal/proxy":     {module, module + "/validate", module + "/internal/access", module + "/internal/serve", "github.com/prometheus/client_golang"},
	"/internal/localnode": {"github.com/tidwall/redcon"},
	"/internal/redistest": {module + "/internal/localnode"}, // and testing
	"/cmd/dcs-sessions": {module, module + "/client", module + "/validate", module + "/fleet", module + "/server", module + "/internal/localnode", module + "/internal/proxy",
		"github.com/spf13/cobra", "github.com/spf13/pflag", "github.com/redis/go-redis/v9", "golang.org/x/term"},
}

func TestImportsPointOneWay(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...").Output()
	require.NoError(t, err)
	seen := 0
	for line := range strings.Lines(string(out)) {
		pkg, imports, _ := strings.Cut(strings.TrimSpace(line), " ")
		allowed, ok := mayUse[strings.TrimPrefix(pkg, module)]
		if !assert.True(t, ok, "%s has no place in the house", pkg) {
			continue
		}
		seen++
		for _, imported := range strings.Fields(imports) {
			first, _, _ := strings.Cut(imported, "/")
			if !strings.Contains(first, ".") { // the standard library
				continue
			}
			fine := slices.ContainsFunc(allowed, func(a string) bool {
				return imported == a || !strings.HasPrefix(a, module) && strings.HasPrefix(imported, a+"/")
			})
			assert.True(t, fine, "%s may not import %s", pkg, imported)
		}
	}
	assert.Equal(t, len(mayUse), seen, "a package that is listed is gone")
}
