package decode

import (
	"net/http"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/stretchr/testify/assert"
)

func TestCSVIsTheTextThatKinOpenAPIMakesOfIt(t *testing.T) {
	for _, body := range []string{
		"", "a", "a,b\nc,d\n", "a,b\r\nc,d", "\n\n\na\n", `"a ""b""",c`, "\"a\nb\",c", ",\n,", "a,b\nc", `a"b`, "\"a", "ü,\xff\n",
	} {
		want, wantErr := openapi3filter.CsvBodyDecoder(strings.NewReader(body), http.Header{}, nil, nil)
		got, err := csvText(body)
		assert.Equal(t, want, got, "%q", body)
		assert.Equal(t, wantErr, err, "%q", body)
	}
}
