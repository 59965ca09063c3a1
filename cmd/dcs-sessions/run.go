package main

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// The exit codes.
const (
	exitOK          = 0
	exitFailed      = 1   // the command failed
	exitUsage       = 2   // the flags, the arguments or a file are wrong, and nothing was started
	exitInterrupted = 130 // Ctrl-C, as in shells
)

// run runs the command and returns its exit code.
func run(ctx context.Context, args []string, getenv func(string) string, std stdio) int {
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

// exactArgs accepts one argument for each name.
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

// version is the version of the module that the command was built from. Package
// client has another version function, because a program that imports it has
// another main module.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown (built without module support)"
	}
	return versionOf(info)
}

func versionOf(info *debug.BuildInfo) string {
	if info.Main.Version == "" || info.Main.Version == "(devel)" {
		return fmt.Sprintf("unknown (built with %s, without version control)", info.GoVersion)
	}
	return info.Main.Version // from the tag, or from the time and the hash of the commit
}
