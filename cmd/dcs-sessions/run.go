package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	redislog "github.com/redis/go-redis/v9/logging"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// The exit codes.
const (
	exitOK          = 0
	exitFailed      = 1   // what was asked did not happen
	exitUsage       = 2   // the flags, the arguments or a file are wrong; nothing was started
	exitInterrupted = 130 // Ctrl-C, as shells have it
)

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

// A usageError is a mistake in how the command was called.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func isUsage(err error) bool { return errors.As(err, new(usageError)) }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// errSilent ends the command with exitFailed when all is said already.
var errSilent = errors.New("failed")

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

// helpCommand is cobra's, but for a command that is not there: that is called
// wrong.
func helpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:               "help [command]",
		Short:             "Help about any command",
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(_ *cobra.Command, args []string) error {
			cmd, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 {
				return usagef("there is no command %q", strings.Join(args, " "))
			}
			cmd.InitDefaultHelpFlag()
			return cmd.Help()
		},
	}
}

func unknownCommand(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		_, above, _ := strings.Cut(cmd.CommandPath()+" ", " ")
		return usagef("there is no command %q", above+args[0])
	}
	return nil
}

// envKey marks a flag with the environment variable that stands in for it.
const envKey = "env"

// envFlag names the environment twin of a flag, and says so in its help.
func envFlag(flags *pflag.FlagSet, name, variable string) {
	f := flags.Lookup(name)
	f.Usage += " [$" + variable + "]"
	f.Annotations = map[string][]string{envKey: {variable}}
}

// fromEnv sets the flags that were not given from their environment twins.
func fromEnv(cmd *cobra.Command, getenv func(string) string) (err error) {
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		variable := f.Annotations[envKey]
		if variable == nil || f.Changed || err != nil {
			return
		}
		if value := getenv(variable[0]); value != "" {
			// past the flag set, so that Changed stays: given by the caller
			if f.Value.Set(value) != nil {
				err = usagef("the value of $%s does not fit --%s", variable[0], f.Name)
			}
		}
	})
	return err
}
