package accesslog

import (
	"fmt"
	"unicode/utf8"
)

// The limits on the texts of a line, in bytes. The caller chooses most of these
// texts.
const (
	maxMethod = 32
	maxPath   = 1024
	maxText   = 1024 // an attribute
	maxError  = 4096
	maxTexts  = 32 // the texts of a list
	maxStack  = 16 << 10
)

// cut returns a text, or its beginning and its length if it is over the limit.
func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	end := limit
	for end > limit-utf8.UTFMax && !utf8.RuneStart(text[end]) {
		end--
	}
	return fmt.Sprintf("%s… (%d bytes)", text[:end], len(text))
}

// bounded cuts a text, or a list of texts and each text in it.
func bounded(value any) any {
	switch v := value.(type) {
	case string:
		return cut(v, maxText)
	case []string:
		short := make([]string, 0, min(len(v), maxTexts))
		for _, text := range v[:min(len(v), maxTexts)] {
			short = append(short, cut(text, maxText))
		}
		return short
	default:
		return value
	}
}
