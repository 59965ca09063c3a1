package main

import (
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/dcs-sessions/dcs-sessions/server"
)

func serveCommand(getenv func(string) string, std stdio) *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "serve --config FILE",
		Short: "Serve the API for the nodes in a configuration file",
		Long: "serve answers the API until it is told to stop (Ctrl-C, SIGTERM), then finishes\n" +
			"the calls under way, and stops a kill-all. Its log is JSON on standard error, and so\n" +
			"is the record of who killed what, unless the file has another place for it. It speaks\n" +
			"plain HTTP: put TLS in front of it.\n\n" +
			"SIGHUP opens the audit file anew, and reads the credentials anew: the file's auth\n" +
			"section and the secrets' files. What is bad is refused and the old ones kept; what\n" +
			"else has changed in the file takes a restart. Environment variables keep the value\n" +
			"that serve began with.",
		Example: "  dcs-sessions serve --config dcs-sessions.yaml",
		Args:    usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if file == "" {
				return usagef("--config is missing")
			}
			return serve(cmd, file, getenv, std)
		},
	}
	cmd.Flags().StringVar(&file, "config", "", "the configuration `FILE`")
	envFlag(cmd.Flags(), "config", "DCS_CONFIG")
	return cmd
}

func serve(cmd *cobra.Command, file string, getenv func(string) string, std stdio) error {
	config, err := server.LoadConfig(file, getenv)
	if err != nil {
		return usageError{err}
	}
	fleet, err := config.OpenFleet()
	if err != nil {
		return usageError{err}
	}
	defer fleet.Close()
	log := slog.New(slog.NewJSONHandler(std.err, nil))
	if len(config.Projects) == 0 {
		log.Warn("there are no projects in the configuration: every call will be 404", "config", file)
	}
	audit, err := config.OpenAudit(std.err)
	if err != nil {
		return usageError{err}
	}
	defer audit.Close()
	api, err := server.New(server.Options{Fleet: fleet, Auth: config.Auth, Log: log, Audit: audit, Getenv: getenv})
	if err != nil {
		return err
	}
	defer onHangup(func() {
		if err := audit.Reopen(); err != nil {
			log.Error("the audit file cannot be opened anew, the old one goes on", "error", err)
		}
		api.Reload(config)
	})()
	ln, err := net.Listen("tcp", config.Listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	return api.Serve(cmd.Context(), ln, config.ServeOptions())
}

// onHangup calls f for each SIGHUP, one after the other, until stop is called.
func onHangup(f func()) (stop func()) {
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	go func() {
		for range hup {
			f()
		}
	}()
	return func() {
		signal.Stop(hup) // nothing is sent from here on
		close(hup)
	}
}
