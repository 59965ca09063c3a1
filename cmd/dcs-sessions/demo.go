package main

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/dcs-sessions/dcs-sessions/internal/demo"
)

func demoCommand(std stdio) *cobra.Command {
	o := demo.Options{Out: std.out, Log: std.err, Program: os.Args[0]}
	cmd := newCommand("demo")
	cmd.Args = exactArgs()
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return demo.Run(cmd.Context(), o) }
	cmd.Flags().BoolVar(&o.Once, "once", false, "end after the table; exit code 1 if not exactly the leaking sessions closed")
	envFlag(cmd.Flags(), "once", "DCS_ONCE")
	return cmd
}
