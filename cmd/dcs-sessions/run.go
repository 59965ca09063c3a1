package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	redislog "github.com/redis/go-redis/v9/logging"
	"github.com/spf13/cobra"
)

// The exit codes.
const (
	exitOK          = 0
	exitFailed      = 1   // what was asked did not happen
	exitUsage       = 2   // the flags, the arguments or a file are wrong; nothing was started
	exitInterrupted = 130 // Ctrl-C, as shells have it
)

// run is the whole command; it returns the exit code.
func run(ctx context.Context, args []string, getenv func(string) string, std stdio) int {
	redislog.Disable() // what it would print, in a format of its own, comes back as errors
	out := &errWriter{Writer: std.out}
	std.out = out
	root := &cobra.Command{
		Use:   "dcs-sessions",
		Short: "See and kill sessions of Redis and Valkey nodes, over the DCS API",
		Long: "dcs-sessions serves the DCS session-management API for Redis and Valkey nodes\n" +
			"that you run yourself, and calls it, here or at the real service.",
		Example:       "  dcs-sessions demo",
		Version:       version(),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          unknownCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.AddCommand(demoCommand(std), jobCommand(getenv, std), killCommand(getenv, std), killAllCommand(getenv, std),
		listCommand(getenv, std), nodesCommand(getenv, std), proxyCommand(getenv, std), serveCommand(getenv, std), signCommand(getenv, std))
	root.SetHelpCommand(helpCommand(root))
	root.SetArgs(args)
	root.SetIn(std.in)
	root.SetOut(std.out)
	root.SetErr(std.err)
	root.InitDefaultCompletionCmd()
	if completion, _, err := root.Find([]string{"completion"}); err == nil { // cobra's takes any shell
		completion.Args = unknownCommand
		completion.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error { return fromEnv(cmd, getenv) }

	cmd, err := root.ExecuteContextC(ctx)
	if out.err != nil && !errors.Is(err, out.err) {
		err = join(err, fmt.Errorf("write the output: %w", out.err))
	}
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errSilent):
		return exitFailed
	case isUsage(err):
		fmt.Fprintf(std.err, "dcs-sessions: %v\nSee '%s --help'.\n", err, cmd.CommandPath())
		return exitUsage
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		fmt.Fprintf(std.err, "dcs-sessions: interrupted: %v\n", err)
		return exitInterrupted
	default:
		fmt.Fprintf(std.err, "dcs-sessions: %v\n", err)
		return exitFailed
	}
}

// usageArgs is cobra's check with this command's exit code.
func usageArgs(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usageError{err}
		}
		return nil
	}
}

func unknownCommand(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		_, above, _ := strings.Cut(cmd.CommandPath()+" ", " ")
		return usagef("there is no command %q", above+args[0])
	}
	return nil
}
