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
