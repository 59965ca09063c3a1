package check

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"
	"unsafe"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/body"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/decode"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/jsontoken"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/reference"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/rule"
)

// A Body is what was read of a message's body.
type Body struct {
	Text      string
	Err       error // why the body is not known: body.ErrTooLarge, body.ErrBudget, or what ended the reading
	IsPartial bool  // Text is the beginning alone of a body that was observed
}

// readRule returns the rule that a body breaks that could not be read.
func readRule(err error) string {
	switch {
	case errors.Is(err, body.ErrTooLarge):
		return rule.BodyTooLarge
	case errors.Is(err, body.ErrBudget):
		return rule.BodyBudget
	default:
		return rule.BodyRead
	}
}

// How long a large body waits to be checked: one whose sender waits, and one that is
// observed.
const (
	waitEnforced = 5 * time.Second
	waitObserved = time.Second
)

// A bodyCheck is the check of one body.
type bodyCheck struct {
	checker      *Checker
	observed     bool
	charge       *body.Charge
	skipFastPath bool // it was asked before
	fellBack     bool
	found        *rule.Collector
}

// readable returns m if a body of it is checked. It adds a violation if the media
// type is not declared, or the content coding cannot be decoded.
func (c *bodyCheck) readable(m *mediaType, h http.Header) *mediaType {
	switch {
	case m == nil:
		c.found.Add(rule.InHeader, jsontoken.Pointer("Content-Type"), rule.ContentType, nil)
		return nil
	case !m.isChecked():
		return nil
	case len(h["Content-Encoding"]) > 0 && !c.checker.o.decodes(coding(h)):
		c.found.Add(rule.InHeader, jsontoken.Pointer("Content-Encoding"), rule.ContentEncoding, nil)
		return nil
	}
	return m
}

// check checks a body of media type m, and returns it without its content coding,
// which has at most limit bytes.
func (c *bodyCheck) check(ctx context.Context, m *mediaType, h http.Header, text string, limit int64) string {
	if len(h["Content-Encoding"]) > 0 && coding(h) != "" && text != "" {
		decoded, err := gunzip(text, c.charge, limit)
		if err != nil {
			c.found.Add(rule.InBody, "", codingRule(err), err)
			return text
		}
		text = decoded
	}
	if !c.skipFastPath && m.program.JSONString(text) {
		return text
	}
	c.fellBack = true
	c.checkByReference(ctx, m, h, text)
	return text
}

func (c *bodyCheck) checkByReference(ctx context.Context, m *mediaType, h http.Header, text string) {
	wait := waitEnforced
	if c.observed {
		wait = waitObserved
	}
	done, err := c.checker.o.Budget.Acquire(ctx, len(text), wait)
	switch {
	case errors.Is(err, body.ErrBudget):
		c.found.Add(rule.InBody, "", rule.BodyBudget, err)
		return
	case err != nil:
		c.found.Add(rule.InBody, "", rule.Interrupted, err)
		return
	}
	defer done()
	if !m.isJSON {
		if value, ok := decode.Body(m.declared, h, text, c.found); ok {
			checkValue(ctx, rule.InBody, "", m.reference, value, c.found)
		}
		return
	}
	if broken, pointer := scanJSON(ctx, text, m.keys); broken != "" {
		c.found.Add(rule.InBody, pointer, broken, ctx.Err())
		return
	}
	if m.reference != nil {
		checkJSON(ctx, rule.InBody, "", m.reference, text, c.found)
	}
}

// checkJSON adds what a schema does not allow in a JSON text.
func checkJSON(ctx context.Context, in, base string, schema *reference.Schema, text string, found *rule.Collector) {
	list, err := schema.Find(ctx, text, rule.MaxViolations)
	switch {
	case errors.Is(err, reference.ErrWork):
		found.Add(in, base, rule.Work, err)
	case err != nil:
		found.Add(in, base, rule.Interrupted, err)
	}
	for _, one := range list {
		found.Add(in, base+one.Pointer, one.Rule, one.Err)
	}
}

// checkValue checks a decoded value as the JSON that it would be: kin-openapi's own
// check of a value has no bound.
func checkValue(ctx context.Context, in, base string, schema *reference.Schema, value any, found *rule.Collector) {
	if !decode.IsJSON(value) {
		found.Add(in, base, rule.Type, errors.New("the value is of a type that JSON does not have"))
		return
	}
	text, err := encode(value)
	if err != nil { // a number that is none
		found.Add(in, base, rule.Decode, err)
		return
	}
	checkJSON(ctx, in, base, schema, unsafe.String(unsafe.SliceData(text), len(text)), found)
}

// encode returns a value as JSON. Text may be a whole body: it is quoted into memory
// of the size that it needs, while encoding/json would take several times as much.
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
	// The error reports bytes that are not UTF-8, which are replaced, as by
	// encoding/json.
	quoted, _ := jsontext.AppendQuote(make([]byte, 0, size), unsafe.Slice(unsafe.StringData(text), len(text)))
	return quoted, nil
}
