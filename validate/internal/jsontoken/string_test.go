package jsontoken

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCharLenAgreesWithUTF8(t *testing.T) {
	t.Parallel()
	edges := []byte{0x00, '"', 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff}
	for first := 0x80; first < 0x100; first++ {
		for second := range 0x100 {
			for _, third := range edges {
				for _, fourth := range edges {
					text := []byte{byte(first), byte(second), third, fourth}
					for size := 1; size <= 4; size++ {
						r, want := utf8.DecodeRune(text[:size])
						if r == utf8.RuneError && want == 1 {
							want = 0
						}
						if got := CharLen(text[:size], 0); got != want {
							require.Equal(t, want, got, "% x", text[:size])
						}
					}
				}
			}
		}
	}
}

// Each code unit alone, and each before some others. encoding/json accepts a
// lone surrogate, which it decodes to U+FFFD.
func TestEscapeLenAcceptsWhatAllParsersReadTheSame(t *testing.T) {
	t.Parallel()
	for unit := range 0x10000 {
		alone := fmt.Sprintf(`\u%04x`, unit)
		surrogate := 0xd800 <= unit && unit <= 0xdfff
		if (EscapeLen(alone, 0) == 6) != (unit != 0 && !surrogate) {
			require.Fail(t, alone)
		}
		for _, second := range []int{0x0041, 0xd7ff, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0xe000} {
			pair := fmt.Sprintf(`\u%04X\u%04X`, unit, second)
			isPair := 0xd800 <= unit && unit <= 0xdbff && 0xdc00 <= second && second <= 0xdfff
			if (EscapeLen(pair, 0) == 12) != isPair {
				require.Fail(t, pair)
			}
		}
	}
	for c := range 0x80 {
		for _, text := range []string{fmt.Sprintf(`\%c`, c), fmt.Sprintf(`\u00%c1`, c)} {
			size := 0
			if json.Valid([]byte(`"` + text + `"`)) {
				size = len(text)
			}
			assert.Equal(t, size, EscapeLen(text, 0), text)
		}
	}
	for _, short := range []string{`\`, `\u`, `\u1`, `\u123`, `\u123"`, `\ud800\"`, `\ud800\u`, `\ud800`} {
		assert.Zero(t, EscapeLen([]byte(short), 0), short)
		assert.Zero(t, EscapeLen("x"+short+strings.Repeat(" ", 12), 1), short)
	}
}
