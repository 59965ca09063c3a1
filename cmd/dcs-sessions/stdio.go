package main

import "io"

// An errWriter keeps the first error of a writer, so that output that could not be
// written fails the command, even if the code that wrote it ignored the error.
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

// stdio has the standard streams.
type stdio struct {
	in          io.Reader
	out, err    io.Writer
	terminal    bool                       // whether out is a terminal
	errTerminal bool                       // whether err is a terminal
	size        func() (width, height int) // of the terminal out, 0 if unknown
}

// width returns the width of the terminal out, or 0.
func (std stdio) width() int {
	if !std.terminal || std.size == nil {
		return 0
	}
	width, _ := std.size()
	return width
}
