package dcssessions_test

import (
	"io/fs"
	"os/exec"
	"path/filepath"
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
	"":     {},
	"/gen": {},
	"/gen/strictserver": {
		module + "/gen",
		"github.com/oapi-codegen/runtime",
	},
	"/gen/typedclient": {
		module + "/gen",
		"github.com/oapi-codegen/runtime",
	},
	"/signature": {},
	"/validate": {
		module + "/validate/internal/body",
		module + "/validate/internal/check",
		module + "/validate/internal/contract",
		module + "/validate/internal/rule",
	},
	"/validate/internal/rule": {},
	"/validate/internal/body": {
		"golang.org/x/sync",
	},
	"/validate/internal/contract": {
		"github.com/getkin/kin-openapi",
	},
	"/validate/internal/decode": {
		module + "/validate/internal/jsontoken",
		module + "/validate/internal/rule",
		"github.com/getkin/kin-openapi",
	},
	"/validate/internal/check": {
		module + "/validate/internal/body",
		module + "/validate/internal/contract",
		module + "/validate/internal/decode",
		module + "/validate/internal/fastpath",
		module + "/validate/internal/jsontoken",
		module + "/validate/internal/reference",
		module + "/validate/internal/rule",
		"github.com/getkin/kin-openapi",
		"github.com/go-json-experiment/json",
	},
	"/validate/internal/dfa":       {},
	"/validate/internal/jsontoken": {},
	"/validate/internal/schematest": { // for tests
		module + "/validate/internal/jsontoken",
		"github.com/getkin/kin-openapi",
		"github.com/go-json-experiment/json",
	},
	"/validate/internal/fastpath": {
		module + "/validate/internal/dfa",
		module + "/validate/internal/jsontoken",
		"github.com/getkin/kin-openapi",
	},
	"/client": {
		module + "/gen",
		module + "/signature",
	},
	"/client/clienttest": {
		module + "/client",
		module + "/gen",
	},
	"/sessions": {
		"github.com/tidwall/redcon",
	},
	"/fleet": {
		module + "/sessions",
	},
	"/server": {
		module,
		module + "/gen",
		module + "/gen/strictserver",
		module + "/validate",
		module + "/fleet",
		module + "/sessions",
		module + "/signature",
		module + "/internal/accesslog",
		module + "/internal/httpserver",
		module + "/internal/output",
		"github.com/jellydator/ttlcache/v3",
		"golang.org/x/sync",
		"go.yaml.in/yaml/v4",
	},
	"/internal/accesslog": {},
	"/internal/output":    {},
	"/internal/httpserver": {
		module + "/internal/accesslog",
		"github.com/pires/go-proxyproto",
	},
	"/internal/proxy": {
		module,
		module + "/validate",
		module + "/internal/accesslog",
		module + "/internal/httpserver",
		"github.com/prometheus/client_golang",
	},
	"/internal/fakeredis": {
		"github.com/tidwall/redcon",
	},
	"/internal/localnode": {
		module + "/internal/fakeredis",
	},
	"/internal/demo": {
		module,
		module + "/client",
		module + "/validate",
		module + "/fleet",
		module + "/server",
		module + "/internal/localnode",
	},
	"/internal/redistest": { // and testing
		module + "/internal/localnode",
		module + "/internal/fakeredis",
	},
	"/cmd/dcs-sessions": {
		module,
		module + "/client",
		module + "/validate",
		module + "/fleet",
		module + "/server",
		module + "/internal/demo",
		module + "/internal/proxy",
		module + "/internal/httpserver",
		module + "/internal/output", module + "/internal/filter",
		"github.com/spf13/cobra",
		"github.com/spf13/pflag",
		"golang.org/x/sync",
		"golang.org/x/term",
		"github.com/schollz/progressbar/v3",
		"github.com/rivo/uniseg",
	},
	"/examples/client":     {module, module + "/client", module + "/validate"},
	"/examples/strict":     {module, module + "/gen", module + "/gen/strictserver", module + "/validate"},
	"/examples/chi":        {module + "/validate", "github.com/go-chi/chi/v5"},
	"/internal/realclient": {}, // and testing
	"/internal/logtest":    {},
	"/internal/filter":     {},
	"/validate/internal/reference": {
		module + "/validate/internal/fastpath",
		module + "/validate/internal/jsontoken",
		"github.com/getkin/kin-openapi",
	},
}

// light is all that those packages bring along which others import to call the
// API: no contract, no validator, no Redis client.
var light = map[string][]string{
	"/signature":         {},
	"/gen":               {},
	"/client":            {module + "/gen", module + "/signature"},
	"/client/clienttest": {module + "/client", module + "/gen", module + "/signature"},
}

func TestWhatIsImportedToCallIsLight(t *testing.T) {
	for pkg, want := range light {
		out := goList(t, "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", module+pkg)
		assert.ElementsMatch(t, append([]string{module + pkg}, want...), strings.Fields(out), pkg)
	}
}

func TestImportsPointOneWay(t *testing.T) {
	out := goList(t, "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...")
	seen := 0
	for line := range strings.Lines(out) {
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

// goList returns what go list prints. It walks over all files, so that go test
// has no result in its cache once one of them has changed.
func goList(t *testing.T, args ...string) string {
	t.Helper()
	require.NoError(t, filepath.WalkDir(".", func(_ string, _ fs.DirEntry, err error) error { return err }))
	out, err := exec.Command("go", append([]string{"list"}, args...)...).Output()
	require.NoError(t, err)
	return string(out)
}
