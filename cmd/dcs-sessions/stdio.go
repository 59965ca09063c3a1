package main

import "io"

// An errWriter keeps the first error of a writer, so that what could not be written
// fails the command, whether or not the error was looked at where it came up.
type errWriter struct {
	io.Writer
	err error
}

func (w *errWriter) Write(p []byte) (int, error) {
	n, err := w.Writer.Write(p)
	if w.err == nil {
		w.err = err
	}
	return n, err
}

// stdio is where the command reads and writes.
type stdio struct {
	in          io.Reader
	out, err    io.Writer
	terminal    bool                       // out is one
	errTerminal bool                       // err is one
	size        func() (width, height int) // of the terminal that out is
}

// width is that of the terminal that out is, or 0.
func (std stdio) width() int {
	if !std.terminal || std.size == nil {
		return 0
	}
	width, _ := std.size()
	return width
}
