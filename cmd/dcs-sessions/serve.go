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
			"the calls under way. Its log is JSON on standard error. It speaks plain HTTP: put\n" +
			"TLS in front of it.\n\n" +
			"SIGHUP reads the credentials anew: the file's auth section and the secrets' files.\n" +
			"What is bad is refused and the old ones kept; what else has changed in the file\n" +
			"takes a restart. Environment variables keep the value that serve began with.",
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
	api, err := server.New(server.Options{Fleet: fleet, Auth: config.Auth, Log: log, Getenv: getenv})
	if err != nil {
		return err
	}
	defer onHangup(func() { api.Reload(config) })()
	ln, err := net.Listen("tcp", config.Listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	return server.Serve(cmd.Context(), ln, api, log)
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
