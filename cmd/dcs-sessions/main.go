// Command dcs-sessions serves and calls the DCS session-management API.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"

	"github.com/dcs-sessions/dcs-sessions/internal/output"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Getenv, stdio{
		in: os.Stdin, out: os.Stdout, err: output.NewFile(os.Stderr), // does not wait for a reader that hangs
		terminal:    term.IsTerminal(int(os.Stdout.Fd())),
		errTerminal: term.IsTerminal(int(os.Stderr.Fd())),
		size: func() (width, height int) {
			width, height, _ = term.GetSize(int(os.Stdout.Fd())) // 0 if unknown
			return width, height
		},
	}))
}
