package main

import (
	"cmp"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/rivo/uniseg"
)

// A table aligns columns by the cells of a terminal, not by bytes or runes. The first
// row is the head.
//
// A library for tables would not make this shorter: text/tabwriter takes every rune
// for one cell, and go-pretty cuts a row at its end, where the result of a kill is,
// or each column to a fixed width. The widths that fit the terminal, the graphemes
// that are cut and the escaping would still be computed here.
type table struct {
	rows     [][]string
	flexible []int // the columns that may be cut
}

// cut allows the table to cut the columns to the width of the terminal.
func (t *table) cut(columns ...int) {
	for _, c := range columns {
		if !slices.Contains(t.flexible, c) {
			t.flexible = append(t.flexible, c)
		}
	}
}

// add adds a row. No cell can write control sequences or lines.
func (t *table) add(cells ...string) {
	row := make([]string, len(cells))
	for i, cell := range cells {
		row[i] = clean(cell)
	}
	t.rows = append(t.rows, row)
}

// minCell is the width that a column that is cut keeps.
const minCell = 8

// write fits the table into width cells, as far as the flexible columns allow. If
// width is 0, because the output is not a terminal, those columns have maxCell cells
// at most.
func (t *table) write(w io.Writer, width int) error {
	widths := t.widths(cmp.Or(width, maxCell))
	for over := t.over(widths, width); over > 0; over-- {
		widest := -1
		for _, c := range t.flexible {
			if c < len(widths) && widths[c] > minCell && (widest < 0 || widths[c] > widths[widest]) {
				widest = c
			}
		}
		if widest < 0 {
			break
		}
		widths[widest]--
	}
	var b strings.Builder
	for _, row := range t.rows {
		line := ""
		for i, cell := range row {
			if slices.Contains(t.flexible, i) {
				cell = clipTo(cell, widths[i])
			}
			line += cell + strings.Repeat(" ", max(0, widths[i]-uniseg.StringWidth(cell))+2)
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// widths returns the widths that the columns need. A flexible column has at most
// most cells.
func (t *table) widths(most int) (widths []int) {
	for _, row := range t.rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			want := uniseg.StringWidth(cell)
			if slices.Contains(t.flexible, i) {
				want = min(want, most)
			}
			widths[i] = max(widths[i], want)
		}
	}
	return widths
}

// over returns the number of cells by which the columns are too wide.
func (t *table) over(widths []int, width int) int {
	if width == 0 {
		return 0
	}
	total := 2 * (len(widths) - 1)
	for _, w := range widths {
		total += w
	}
	return total - width
}

// clean escapes unprintable characters, such as control characters and marks that
// change the direction of text, because a client chooses its own name.
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

// maxCell is the width of a flexible column if the width of the terminal is unknown.
const maxCell = 32

// clipTo cuts text to a number of cells, the last of which is an ellipsis. It never
// separates a character and its combining marks.
func clipTo(text string, cells int) string {
	const marks = 8 // bytes of a cell at most, because one can have any number of marks
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
