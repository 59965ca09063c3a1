package accesslog

import (
	"fmt"
	"unicode/utf8"
)

// How long the texts of a line may be, in bytes. A caller chooses most of them.
const (
	maxMethod = 32
	maxPath   = 1024
	maxText   = 1024 // of an attribute
	maxError  = 4096
	maxTexts  = 32 // in a list
	maxStack  = 16 << 10
)

// cut returns a text's beginning, and how long it was.
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

// bounded cuts a text, and each in a list of them.
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
