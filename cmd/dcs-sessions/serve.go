package main

import (
	"fmt"
	"log/slog"
	"net"

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
			"TLS in front of it.",
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
	config, err := server.LoadConfig(file)
	if err != nil {
		return usageError{err}
	}
	fleet, err := config.OpenFleet(getenv)
	if err != nil {
		return usageError{err}
	}
	defer fleet.Close()
	log := slog.New(slog.NewJSONHandler(std.err, nil))
	if len(config.Projects) == 0 {
		log.Warn("there are no projects in the configuration: every call will be 404", "config", file)
	}
	handler, err := server.New(server.Options{Fleet: fleet, Tokens: config.Auth.Tokens, Log: log})
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", config.Listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	return server.Serve(cmd.Context(), ln, handler, log)
}
