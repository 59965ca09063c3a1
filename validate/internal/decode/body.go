package decode

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/rule"
)

// Knows reports whether bodies of a media type can be decoded, given without its
// parameters. kin-openapi also unpacks archives and copies octet-streams, which is
// not for a check.
func Knows(mediaType string) bool {
	switch mediaType {
	case "application/octet-stream", "application/zip":
		return false
	}
	return openapi3filter.RegisteredBodyDecoder(mediaType) != nil
}

// Body returns the value of a body that is not JSON. ok is false, and a violation
// added, if it does not decode or may have more values than a check has memory for.
func Body(declared *openapi3.MediaType, h http.Header, body string, found *rule.Collector) (value any, ok bool) {
	contentType := h.Get("Content-Type")
	base := BaseType(contentType)
	if base == "text/plain" { // which is its own value
		return body, true
	}
	if hasManyValues(contentType, strings.NewReader(body)) || base == "application/x-www-form-urlencoded" && hasHoles(body) {
		found.Add(rule.InBody, "", rule.Work, errors.New("the body may have too many values"))
		return nil, false
	}
	err := recovered(func() (err error) {
		value, err = decode(declared, base, h, body)
		return err
	})
	if err != nil {
		add(found, rule.InBody, "", err)
		return nil, false
	}
	return value, true
}

// maxMarks are the bytes in a text of a media type that each may begin a value, and
// how many of them it may have: a decoded value takes many times its bytes. The
// other decoders copy texts, and net/url limits a form to 10,000 values.
var maxMarks = map[string]struct {
	marks string
	most  int
}{
	"text/csv":           {",\n", 1 << 20},
	"application/yaml":   {"-:,?[{&*\n", 1 << 16},
	"application/x-yaml": {"-:,?[{&*\n", 1 << 16},
	"application/json":   {",:[{", 1 << 16}, // a part of a form
}

// BaseType returns a Content-Type without its parameters, in lower case.
func BaseType(contentType string) string {
	base, _, _ := strings.Cut(contentType, ";")
	return strings.ToLower(strings.TrimSpace(base))
}

// hasManyValues reports whether a text, or a part of it, may have more values than
// are decoded.
func hasManyValues(contentType string, text io.Reader) bool {
	base := BaseType(contentType)
	if base == "multipart/form-data" {
		_, parameters, err := mime.ParseMediaType(contentType)
		parts := multipart.NewReader(text, parameters["boundary"])
		for err == nil {
			var part *multipart.Part
			if part, err = parts.NextPart(); err == nil && hasManyValues(part.Header.Get("Content-Type"), part) {
				return true
			}
		}
		return false // where it cannot be read, its decoder says so
	}
	if strings.HasSuffix(base, "+json") {
		base = "application/json"
	}
	limit, ok := maxMarks[base]
	if !ok {
		return false
	}
	count := 0
	chunk := chunks.Get().(*[32 << 10]byte)
	defer chunks.Put(chunk)
	for {
		n, err := text.Read(chunk[:])
		for i := range len(limit.marks) {
			count += bytes.Count(chunk[:n], []byte{limit.marks[i]})
		}
		if count > limit.most || err != nil {
			return count > limit.most
		}
	}
}

// hasHoles reports whether the fields of a form may make lists that are longer
// than the form, as fields of style deepObject may.
func hasHoles(form string) bool {
	fields, err := url.ParseQuery(form)
	if err != nil {
		return false // its decoder says so
	}
	var names []string
	for name := range fields {
		if strings.HasSuffix(name, "]") {
			names = append(names, name)
		}
	}
	return holes(names) > maxHoles
}

// decode does what openapi3filter does before it checks the schema.
func decode(declared *openapi3.MediaType, base string, h http.Header, body string) (any, error) {
	if IsBinary(declared.Schema.Value) {
		return body, nil
	}
	decoder := openapi3filter.RegisteredBodyDecoder(base)
	if decoder == nil {
		decoder = openapi3filter.RegisteredBodyDecoder("*/*")
	}
	if decoder == nil {
		return nil, &openapi3filter.ParseError{Kind: openapi3filter.KindUnsupportedFormat, Reason: fmt.Sprintf("unsupported content type %q", base)}
	}
	if base == "text/csv" && reflect.ValueOf(decoder).Pointer() == reflect.ValueOf(openapi3filter.CsvBodyDecoder).Pointer() {
		return csvText(body)
	}
	encoding := func(name string) *openapi3.Encoding { return declared.Encoding[name] }
	return decoder(strings.NewReader(body), h, declared.Schema, encoding)
}

// csvText returns what openapi3filter.CsvBodyDecoder does with less memory: it makes
// the text in place, and reuses a line's fields for the next line.
func csvText(body string) (any, error) {
	var b strings.Builder
	b.Grow(len(body) + 1) // the last line gets an end
	r := csv.NewReader(strings.NewReader(body))
	r.ReuseRecord = true
	for {
		record, err := r.Read()
		if err == io.EOF {
			return b.String(), nil
		}
		if err != nil {
			return nil, err
		}
		for i, field := range record {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(field)
		}
		b.WriteByte('\n')
	}
}

// chunks are what texts are counted in, piece by piece.
var chunks = sync.Pool{New: func() any { return new([32 << 10]byte) }}

// IsBinary reports whether a schema is that of raw bytes.
func IsBinary(schema *openapi3.Schema) bool {
	return schema.Type.Is("string") && schema.Format == "binary"
}

// IsJSON reports whether a value is made of what JSON has; a date of YAML is not.
func IsJSON(value any) bool {
	switch value := value.(type) {
	case nil, bool, string, json.Number, float64, int, int32, int64, uint64:
		return true
	case []any:
		for _, one := range value {
			if !IsJSON(one) {
				return false
			}
		}
		return true
	case map[string]any:
		for _, one := range value {
			if !IsJSON(one) {
				return false
			}
		}
		return true
	}
	return false
}
