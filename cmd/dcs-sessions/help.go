package main

import (
	"embed"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// helpFiles has a file for each command and help topic: a line for the list of
// commands, a description that fits a screen, and examples.
//
//go:embed help/*.txt
var helpFiles embed.FS

// newCommand returns a command that use describes, its name first, with the help
// text of that name.
func newCommand(use string) *cobra.Command {
	name, _, _ := strings.Cut(use, " ")
	text, err := helpFiles.ReadFile("help/" + name + ".txt")
	if err != nil {
		panic(err) // a command without a file is a mistake in this package
	}
	description, examples, _ := strings.Cut(string(text), "\nExamples:\n")
	short, long, _ := strings.Cut(description, "\n\n")
	cmd := &cobra.Command{Use: use, Short: short, Long: strings.TrimSpace(long), Example: strings.TrimRight(examples, "\n")}
	cmd.Flags().SortFlags = false // a command's own flags come first
	return cmd
}

// newTopic returns a help topic, which cobra prints without usage and examples.
func newTopic(name string) *cobra.Command {
	topic := newCommand(name)
	topic.Long += "\n\nExamples:\n" + topic.Example
	return topic
}

// helpCommand is cobra's, except that an unknown command is a usage error.
func helpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:               "help [command]",
		Short:             "Help about any command",
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(_ *cobra.Command, args []string) error {
			cmd, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 {
				return unknownCommand(args)
			}
			cmd.InitDefaultHelpFlag()
			return cmd.Help()
		},
	}
}

// showHelp is what a command does that only has subcommands.
func showHelp(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		path := strings.Fields(cmd.CommandPath())[1:]
		return unknownCommand(append(path, args[0]))
	}
	return cmd.Help()
}

func unknownCommand(path []string) error {
	return usageError{fmt.Errorf("unknown command %q", strings.Join(path, " "))}
}
