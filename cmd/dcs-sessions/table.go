package main

import (
	"io"
	"strconv"
	"strings"
	"unicode"

	"github.com/rivo/uniseg"
)

// A table is lined up by the cells of a terminal, not by bytes or runes; the
// first row is its head.
type table struct{ rows [][]string }

// add adds a row, of which nothing can write control sequences or lines.
func (t *table) add(cells ...string) {
	row := make([]string, len(cells))
	for i, cell := range cells {
		row[i] = clean(cell)
	}
	t.rows = append(t.rows, row)
}

func (t *table) write(w io.Writer) error {
	var widths []int
	for _, row := range t.rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], uniseg.StringWidth(cell))
		}
	}
	var b strings.Builder
	for _, row := range t.rows {
		line := ""
		for i, cell := range row {
			line += cell + strings.Repeat(" ", widths[i]-uniseg.StringWidth(cell)+2)
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// clean escapes what does not print, as control characters and marks that turn
// the direction of reading: a client names itself.
func clean(text string) string {
	var b strings.Builder
	for _, r := range text {
		if unicode.IsPrint(r) {
			b.WriteRune(r)
		} else {
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		}
	}
	return b.String()
}

// maxCell is how many cells a name, a command and the like may have.
const maxCell = 32

// clip cleans text and cuts it with … to maxCell cells; it does not cut a
// character and its marks in two.
func clip(text string) string { return clipTo(clean(text), maxCell) }

func clipTo(text string, cells int) string {
	const marks = 8 // bytes that a cell may have: marks can be heaped on one without end
	if uniseg.StringWidth(text) <= cells && len(text) <= marks*cells {
		return text
	}
	var b strings.Builder
	width := 0
	for g := uniseg.NewGraphemes(text); g.Next(); {
		width += g.Width()
		if width > cells-1 || b.Len()+len(g.Str()) > marks*cells {
			break
		}
		b.WriteString(g.Str())
	}
	return b.String() + "…"
}
