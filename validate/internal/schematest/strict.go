package schematest

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/jsontoken"
)

// Strict returns an error for a text that parsers read in different ways. It uses
// jsontext, which refuses duplicate members, invalid UTF-8 and lone surrogates.
func Strict(text string) error {
	dec := jsontext.NewDecoder(strings.NewReader(text))
	depth := 0
	for first := true; first || depth > 0; first = false {
		token, err := dec.ReadToken()
		if err != nil {
			return fmt.Errorf("jsontext: %w", err)
		}
		switch token.Kind() {
		case '{', '[':
			if depth++; depth > jsontoken.MaxDepth {
				return errors.New("too deep")
			}
		case '}', ']':
			depth--
		case '"':
			if strings.ContainsRune(token.String(), 0) {
				return errors.New("a NUL")
			}
		}
	}
	if _, err := dec.ReadToken(); err != io.EOF {
		return fmt.Errorf("trailing data: %w", err)
	}
	return nil
}
