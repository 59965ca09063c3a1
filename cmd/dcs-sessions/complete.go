package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/dcs-sessions/dcs-sessions/internal/filter"
)

// completeTimeout limits the request for the nodes when the user presses Tab.
const completeTimeout = 3 * time.Second

// complete registers shell completions for the flags of cmd. They print nothing on
// a failure, because they run at a prompt.
func complete(cmd *cobra.Command, api *apiFlags) {
	flags := map[string]cobra.CompletionFunc{
		"output": cobra.FixedCompletions([]cobra.Completion{"table", "wide", "json"}, cobra.ShellCompDirectiveNoFileComp),
		"sort":   cobra.FixedCompletions(filter.FieldNames(), cobra.ShellCompDirectiveNoFileComp),
		"filter": completeFilter,
		"node": func(cmd *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return completeNode(cmd, api)
		},
	}
	for name, f := range flags {
		if cmd.Flags().Lookup(name) != nil {
			_ = cmd.RegisterFlagCompletionFunc(name, f) // fails for an unknown flag, or a second registration
		}
	}
	if cmd.ValidArgsFunction == nil {
		cmd.ValidArgsFunction = cobra.NoFileCompletions
	}
}

func completeFilter(_ *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var keys []cobra.Completion
	for _, name := range filter.FieldNames() {
		keys = append(keys, name+"=")
	}
	return keys, cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
}

func completeNode(cmd *cobra.Command, api *apiFlags) ([]cobra.Completion, cobra.ShellCompDirective) {
	const none = cobra.ShellCompDirectiveNoFileComp
	if fromEnv(cmd, api.getenv) != nil {
		return nil, none
	}
	a, err := api.open(stdio{}, client.Options{Timeout: completeTimeout, Retry: client.Retry{Attempts: 1}})
	if err != nil {
		return nil, none
	}
	nodes, err := a.Nodes(cmd.Context())
	if err != nil {
		return nil, none
	}
	var ids []cobra.Completion
	for _, n := range nodes {
		ids = append(ids, cobra.CompletionWithDesc(n.ID, clean(n.Name+" "+n.Host+":"+n.Port)))
	}
	return ids, none
}
