package validate

import (
	"bytes"
	"context"
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
	"unsafe"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/reference"
)

// What is not JSON kin-openapi decodes. The value is then judged as the JSON that
// it would be, for kin-openapi's own verdict has no bound.

// marks are the bytes in a text of a media type that each may begin a value, and
// how many of them it may have: a value takes many times its bytes when it is
// decoded. The other decoders copy texts, and net/url limits a form to 10,000
// values.
var marks = map[string]struct {
	set  string
	most int
}{
	"text/csv":           {",\n", 1 << 20},
	"application/yaml":   {"-:,?[{&*\n", 1 << 16},
	"application/x-yaml": {"-:,?[{&*\n", 1 << 16},
	"application/json":   {",:[{", 1 << 16}, // a part of a form
}

// checkDecoded looks at a body that is not JSON.
func (f *finding) checkDecoded(ctx context.Context, m *media, h http.Header, body string) {
	contentType := h.Get("Content-Type")
	base := baseType(contentType)
	if base == "text/plain" { // which is its own value
		f.checkValue(ctx, InBody, "", m.judge, body)
		return
	}
	if hasManyValues(contentType, strings.NewReader(body)) || base == "application/x-www-form-urlencoded" && hasHoles(body) {
		f.add(InBody, "", RuleWork, errors.New("validate: the body may have too many values"))
		return
	}
	var value any
	err := ask(func() (err error) {
		value, err = decode(m.declared, base, h, body)
		return err
	})
	if err != nil {
		f.addKin(InBody, "", err)
		return
	}
	f.checkValue(ctx, InBody, "", m.judge, value)
}

func baseType(contentType string) string {
	base, _, _ := strings.Cut(contentType, ";")
	return strings.ToLower(strings.TrimSpace(base))
}

// hasManyValues tells whether a text, or a part of it, has more values than may
// be decoded.
func hasManyValues(contentType string, text io.Reader) bool {
	base := baseType(contentType)
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
	limit, ok := marks[base]
	if !ok {
		return false
	}
	count := 0
	chunk := chunks.Get().(*[32 << 10]byte)
	defer chunks.Put(chunk)
	for {
		n, err := text.Read(chunk[:])
		for i := range len(limit.set) {
			count += bytes.Count(chunk[:n], []byte{limit.set[i]})
		}
		if count > limit.most || err != nil {
			return count > limit.most
		}
	}
}

// hasHoles tells whether the fields of a form may make lists that are longer than
// the form: fields of style deepObject may.
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

// decode does what openapi3filter does before it looks at the schema.
func decode(declared *openapi3.MediaType, base string, h http.Header, body string) (any, error) {
	if isBinary(declared.Schema.Value) {
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

// csvText is openapi3filter.CsvBodyDecoder, but for the memory: the text is made
// where it stays, and a line's fields where those of the line before were.
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

// checkValue looks at a decoded value by its schema.
func (f *finding) checkValue(ctx context.Context, where Where, base string, schema *reference.Schema, value any) {
	if !isJSON(value) {
		f.add(where, base, "type", errors.New("the value is of a type that JSON does not have"))
		return
	}
	text, err := encode(value)
	if err != nil { // a number that is none
		f.add(where, base, RuleDecode, err)
		return
	}
	f.judge(ctx, where, base, schema, unsafe.String(unsafe.SliceData(text), len(text)))
}

// encode returns a value as JSON. A text may be a whole body: it is quoted into
// memory of the size that it needs, where encoding/json would take several times
// as much.
func encode(value any) ([]byte, error) {
	text, ok := value.(string)
	if !ok {
		return json.Marshal(value)
	}
	size := len(text) + len(`""`)
	for i := range len(text) {
		switch c := text[i]; {
		case c == '"', c == '\\', c == '\n', c == '\r', c == '\t', c == '\b', c == '\f':
			size++
		case c < ' ': // as \u0001
			size += 5
		}
	}
	// The error tells of bytes that are not UTF-8, which are replaced: both are what
	// encoding/json does.
	quoted, _ := jsontext.AppendQuote(make([]byte, 0, size), unsafe.Slice(unsafe.StringData(text), len(text)))
	return quoted, nil
}

// judge adds what a schema does not allow in a JSON text.
func (f *finding) judge(ctx context.Context, where Where, base string, schema *reference.Schema, text string) {
	found, err := schema.Find(ctx, text, maxViolations)
	switch {
	case errors.Is(err, reference.ErrWork):
		f.add(where, base, RuleWork, err)
	case err != nil:
		f.add(where, base, RuleInterrupted, err)
	}
	for _, one := range found {
		f.add(where, base+one.Pointer, one.Rule, one.Err)
	}
}

// isJSON tells whether a value is made of what JSON has: of YAML a date is none.
func isJSON(value any) bool {
	switch value := value.(type) {
	case nil, bool, string, json.Number, float64, int, int32, int64, uint64:
		return true
	case []any:
		for _, one := range value {
			if !isJSON(one) {
				return false
			}
		}
		return true
	case map[string]any:
		for _, one := range value {
			if !isJSON(one) {
				return false
			}
		}
		return true
	}
	return false
}
