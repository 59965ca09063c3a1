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

// A table is lined up by the cells of a terminal, not by bytes or runes; the
// first row is its head.
type table struct {
	rows [][]string
	free []int // the columns that may be cut
}

// cut lets columns be cut to what there is room for.
func (t *table) cut(columns ...int) {
	for _, c := range columns {
		if !slices.Contains(t.free, c) {
			t.free = append(t.free, c)
		}
	}
}

// add adds a row, of which nothing can write control sequences or lines.
func (t *table) add(cells ...string) {
	row := make([]string, len(cells))
	for i, cell := range cells {
		row[i] = clean(cell)
	}
	t.rows = append(t.rows, row)
}

// minCell is how many cells a column that is cut keeps.
const minCell = 8

// write fits the table into width cells, if that can be done by cutting what may
// be cut. At width 0, which is that of no terminal, those columns have maxCell
// cells at most.
func (t *table) write(w io.Writer, width int) error {
	widths := t.widths(cmp.Or(width, maxCell))
	for over := t.over(widths, width); over > 0; over-- {
		widest := -1
		for _, c := range t.free {
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
			if slices.Contains(t.free, i) {
				cell = clipTo(cell, widths[i])
			}
			line += cell + strings.Repeat(" ", max(0, widths[i]-uniseg.StringWidth(cell))+2)
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// widths are those that the columns want; what may be cut has no more than most.
func (t *table) widths(most int) (widths []int) {
	for _, row := range t.rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			want := uniseg.StringWidth(cell)
			if slices.Contains(t.free, i) {
				want = min(want, most)
			}
			widths[i] = max(widths[i], want)
		}
	}
	return widths
}

// over is by how many cells the columns do not fit.
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

// maxCell is how many cells a name, a command and the like have where the width
// of the terminal is not known.
const maxCell = 32

// clipTo cuts text with … to so many cells; it does not cut a character and its
// marks in two.
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
