package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/dcs-sessions/dcs-sessions/fleet"
	"github.com/dcs-sessions/dcs-sessions/internal/output"
	"github.com/dcs-sessions/dcs-sessions/server"
)

func serveCommand(getenv func(string) string, std stdio) *cobra.Command {
	var file, level string
	var onlyCheck bool
	cmd := newCommand("serve --config FILE")
	cmd.Args = exactArgs()
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if file == "" {
			return usagef("--config is missing")
		}
		from, err := logLevel(level)
		if err != nil {
			return err
		}
		config, err := server.LoadConfig(file, getenv)
		if err != nil {
			return usageError{err}
		}
		if onlyCheck {
			return check(cmd.Context(), config, std.out)
		}
		return serve(cmd, config, from, getenv, std)
	}
	cmd.Flags().StringVar(&file, "config", "", "configuration `FILE`")
	cmd.Flags().BoolVar(&onlyCheck, "check", false, "do not serve, print the problems of the file and its nodes; exit code 1 if one is an error")
	cmd.Flags().StringVar(&level, "log-level", "info", "lowest `LEVEL` to log: "+strings.Join(logLevels, ", "))
	envFlag(cmd.Flags(), "config", "DCS_CONFIG")
	envFlag(cmd.Flags(), "log-level", "DCS_LOG_LEVEL")
	_ = cmd.RegisterFlagCompletionFunc("log-level", cobra.FixedCompletions(logLevels, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

var logLevels = []string{"debug", "info", "warn", "error"}

func logLevel(text string) (level slog.Level, err error) {
	if !slices.Contains(logLevels, text) {
		return 0, usagef("--log-level is %q, not %s", text, strings.Join(logLevels, ", "))
	}
	return level, level.UnmarshalText([]byte(text))
}

func serve(cmd *cobra.Command, config *server.Config, level slog.Level, getenv func(string) string, std stdio) error {
	signal.Ignore(syscall.SIGPIPE) // a log without a reader must not end the program
	lines := output.NewLog(std.err)
	defer lines.Close()
	log := slog.New(slog.NewJSONHandler(lines, &slog.HandlerOptions{Level: level}))
	nodes, err := config.OpenFleet(log)
	if err != nil {
		return usageError{err}
	}
	defer nodes.Close()
	audit, err := config.OpenAudit(std.err)
	if err != nil {
		return usageError{err}
	}
	defer audit.Close()
	api, err := server.New(server.Options{Fleet: nodes, Auth: config.Auth, Log: log, Audit: audit, Getenv: getenv})
	if err != nil {
		return err
	}
	defer onHangup(func() {
		if err := audit.Reopen(); err != nil {
			log.Error("the audit log cannot be reopened, the old file stays in use", "error", err)
		}
		api.Reload(config)
	})()
	ln, err := net.Listen("tcp", config.Listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	go warn(cmd.Context(), config, nodes, log)
	return api.Serve(cmd.Context(), ln, config.ServeOptions())
}

// warn logs the problems that serve --check prints.
func warn(ctx context.Context, config *server.Config, nodes *fleet.Fleet, log *slog.Logger) {
	for _, p := range config.Check(ctx, nodes) {
		log.Warn("the configuration has a problem", "severity", p.Severity, "where", p.Where, "problem", p.Message)
	}
}

// check prints the problems of a configuration, one a line.
func check(ctx context.Context, config *server.Config, out io.Writer) error {
	nodes, err := config.OpenFleet(nil)
	if err != nil {
		return usageError{err}
	}
	defer nodes.Close()
	failed := false
	for _, p := range config.Check(ctx, nodes) {
		failed = failed || p.Severity == server.SeverityError
		if _, err := fmt.Fprintln(out, p); err != nil {
			return err
		}
	}
	if failed {
		return errors.New("the configuration has errors")
	}
	return nil
}

// onHangup calls f for each SIGHUP, one call at a time, until stop is called.
func onHangup(f func()) (stop func()) {
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	go func() {
		for range hup {
			f()
		}
	}()
	return func() {
		signal.Stop(hup) // sends nothing any more
		close(hup)
	}
}
