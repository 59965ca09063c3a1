package main

import (
	"context"
	"errors"
	"fmt"

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
	root := newCommand("dcs-sessions")
	root.Version = version()
	root.SilenceErrors, root.SilenceUsage = true, true
	root.Args, root.RunE = cobra.ArbitraryArgs, showHelp
	root.AddCommand(demoCommand(std), jobCommand(getenv, std), killCommand(getenv, std), killAllCommand(getenv, std),
		listCommand(getenv, std), nodesCommand(getenv, std), proxyCommand(getenv, std), serveCommand(getenv, std), signCommand(getenv, std),
		newTopic("credentials"), newTopic("filters"))
	root.SetHelpCommand(helpCommand(root))
	root.SetArgs(args)
	root.SetIn(std.in)
	root.SetOut(std.out)
	root.SetErr(std.err)
	root.InitDefaultCompletionCmd()
	if completion, _, err := root.Find([]string{"completion"}); err == nil { // cobra's accepts any shell
		completion.Args, completion.RunE = cobra.ArbitraryArgs, showHelp
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error { return fromEnv(cmd, getenv) }

	cmd, err := root.ExecuteContextC(ctx)
	if out.err != nil && !errors.Is(err, out.err) {
		err = join(err, fmt.Errorf("write the output: %w", out.err))
	}
	if cmd.Name() == "help" {
		cmd = root // which lists the commands
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

// exactArgs takes one argument for each name.
func exactArgs(names ...string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		switch {
		case len(args) < len(names):
			return usagef("%s is missing", names[len(args)])
		case len(args) > len(names):
			return usagef("unexpected argument %q", args[len(names)])
		}
		return nil
	}
}
