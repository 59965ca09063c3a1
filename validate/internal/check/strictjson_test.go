package check

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/rule"
)

func TestManyMembersAreComparedToo(t *testing.T) {
	var b strings.Builder
	b.WriteByte('{')
	for i := range 100 {
		b.WriteString(`"k` + strings.Repeat("x", i) + `":{"a":1,"b":[{}]},`)
	}
	text := b.String()
	broken, _ := scanJSON(t.Context(), (text + `"last":1}`), nil)
	assert.Empty(t, broken)
	broken, pointer := scanJSON(t.Context(), (text + `"kx":1}`), nil)
	assert.Equal(t, rule.JSONDuplicateKey, broken)
	assert.Equal(t, "/kx", pointer)
}

func TestAPointerIsEscaped(t *testing.T) {
	_, pointer := scanJSON(t.Context(), (`{"a/b":[0,{"c~d":x}]}`), nil)
	assert.Equal(t, "/a~1b/1/c~0d", pointer)
}

func TestFoldJoinsWhatEncodingJSONJoins(t *testing.T) {
	for _, name := range []string{"client_addrs", "CLIENT_ADDRS", "client_addr\u017f"} {
		var target struct {
			A []string `json:"client_addrs"`
		}
		assert.NoError(t, json.Unmarshal([]byte(`{"`+name+`":["x"]}`), &target))
		assert.Len(t, target.A, 1)
		assert.Equal(t, fold("client_addrs"), fold(name))
	}
	assert.NotEqual(t, fold("client_addrs"), fold("clientaddrs"))
}

// What passes is JSON to encoding/json too, of UTF-8, and the same to it before
// and after a round trip; what is refused as no JSON is none.
func FuzzScanJSON(f *testing.F) {
	for _, seed := range []string{
		`{"a":[1,-0.5e+3,true,null,"\ud83d\ude00"],"b":{}}`, `[]]`, `"\u0000"`, `{"a":1,"a":2}`, `01`, `1.`, `"\ud800"`, "\"\xff\"", ` "é" `, `[1,]`, `{"a"}`, `-`, `nul`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		broken, _ := scanJSON(t.Context(), string(data), nil)
		switch broken {
		case "":
			assert.True(t, json.Valid(data), "%q", data)
			assert.True(t, utf8.Valid(data), "%q", data)
		case rule.JSONSyntax, rule.JSONTrailingData:
			assert.False(t, json.Valid(data), "%q", data)
		}
	})
}
