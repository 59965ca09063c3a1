package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/rivo/uniseg"
)

// The control sequences that draw over the last list without a flicker.
const (
	home      = "\x1b[H"
	clearLine = "\x1b[K"
	clearRest = "\x1b[J"
)

// watchList shows what print writes, again and again, until Ctrl-C. A failure of the
// first list ends it, because that may be a wrong token. Later failures are shown.
func watchList(ctx context.Context, std stdio, asJSON bool, every time.Duration, print func(io.Writer) (count string, err error)) error {
	inPlace := std.terminal && !asJSON
	for first := true; ; first = false {
		var b bytes.Buffer
		count, err := print(&b)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // Ctrl-C ends the list
		}
		if first && count == "" {
			return err
		}
		if err != nil {
			count = strings.TrimLeft(count+"; ", "; ") + err.Error()
		}
		head := fmt.Sprintf("%s  %s  (every %v until Ctrl-C)\n\n", time.Now().Format(time.TimeOnly), count, every)
		switch {
		case inPlace:
			width, height := std.size()
			_, err = io.WriteString(std.out, screen(head+b.String(), width, height))
		case asJSON:
			if err != nil {
				fmt.Fprintf(std.err, "dcs-sessions: %v\n", err)
			}
			_, err = std.out.Write(b.Bytes())
		default:
			_, err = io.WriteString(std.out, head+b.String()+"\n")
		}
		if err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(every):
		}
	}
}

// screen cuts text to the size of a terminal and draws it from the top. The last
// line stays free for the cursor. If lines do not fit, the line before it has their
// number.
func screen(text string, width, height int) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	if fit := height - 2; len(lines) > fit && fit > 0 {
		left := len(lines) - fit
		lines = append(lines[:fit:fit], fmt.Sprintf("… %s more", plural(left, "line")))
	}
	var b strings.Builder
	b.WriteString(home)
	for _, line := range lines {
		if uniseg.StringWidth(line) > width && width > 0 {
			line = clipTo(line, width)
		}
		b.WriteString(line + clearLine + "\n")
	}
	b.WriteString(clearRest)
	return b.String()
}
