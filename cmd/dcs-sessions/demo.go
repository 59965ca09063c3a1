package main

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/dcs-sessions/dcs-sessions/internal/demo"
)

func demoCommand(std stdio) *cobra.Command {
	o := demo.Options{Out: std.out, Log: std.err, Program: os.Args[0]}
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Show it all on this machine: a node, its sessions, the API, a kill",
		Long: "demo starts a Redis or Valkey node (or a small one of its own, where none is\n" +
			"installed), opens a dozen sessions, serves the API for it on loopback, lists them\n" +
			"through the typed client, kills the three that leak and shows which sockets closed.\n" +
			"It then serves until Ctrl-C, so that you can list and kill more.",
		Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return demo.Run(cmd.Context(), o) },
	}
	cmd.Flags().BoolVar(&o.Once, "once", false, "end after the table; exit code 1 if what closed is not what was asked")
	envFlag(cmd.Flags(), "once", "DCS_ONCE")
	return cmd
}
