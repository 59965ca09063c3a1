package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/rivo/uniseg"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// hostile has names that a client could choose to fool the reader of a table.
var hostile = map[string]string{
	"an escape sequence that clears the screen": "a\x1b[2Jb",
	"one of the eight-bit kind":                 "a\u009b2Jb",
	"a line of its own":                         "a\nb\r\x08",
	"a tab":                                     "a\tb",
	"a bell and a delete":                       "a\x07\x7fb",
	"a title of the window":                     "a\x1b]0;title\x07b",
	"letters from right to left":                "a\u202ebc\u202c",
	"an isolate":                                "a\u2067bc\u2069",
	"no width at all":                           "a\u200b\u2060\ufeffb",
	"a line separator":                          "a\u2028b",
	"a tag beyond the first plane":              "a\U000e0041b",
}

func TestNoControlCharacterOfANameReachesTheTerminal(t *testing.T) {
	t.Parallel()
	for name, text := range hostile {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			var rows table
			rows.add(text, "next")
			require.NoError(t, rows.write(&out, 0))
			assert.Regexp(t, `^[ -~]+\n$`, out.String())
			assert.Equal(t, 1, strings.Count(out.String(), "\n"))

			out.Reset()
			require.NoError(t, writeJSONLines(&out, []string{text}))
			assert.Regexp(t, `^[ -~\n]+$`, out.String())
			var back []string
			require.NoError(t, json.Unmarshal(out.Bytes(), &back))
			assert.Equal(t, []string{text}, back, "a program reads the original text")
		})
	}
}

func TestColumnsLineUpByCells(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	var rows table
	rows.add("NAME", "DB")
	rows.add("缓存一", "0")
	rows.add("e\u0301", "1") // of two runes
	rows.add("web", "2")
	require.NoError(t, rows.write(&out, 0))
	assert.Equal(t, "NAME    DB\n缓存一  0\ne\u0301       1\nweb     2\n", out.String())
}

func TestALongTextIsCut(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"a short text stays":                          {strings.Repeat("x", 32), strings.Repeat("x", 32)},
		"a long text ends in an ellipsis":             {strings.Repeat("x", 33), strings.Repeat("x", 31) + "…"},
		"wide characters count for two":               {strings.Repeat("缓", 17), strings.Repeat("缓", 15) + "…"},
		"an escape sequence counts as its characters": {strings.Repeat("\x1b", 40), strings.Repeat(`\x1b`, 7) + `\x1` + "…"},
		"a character keeps its marks":                 {strings.Repeat("e\u0301", 33), strings.Repeat("e\u0301", 31) + "…"},
		"the number of marks is limited":              {"a" + strings.Repeat("\u0301", 10_000), "…"},
		"also after another character":                {"ab" + strings.Repeat("\u0301", 10_000), "a…"},
	} {
		t.Run(name, func(t *testing.T) {
			cut := clipTo(clean(c.text), maxCell)
			assert.Equal(t, c.want, cut)
			assert.LessOrEqual(t, uniseg.StringWidth(cut), maxCell)
		})
	}
}
