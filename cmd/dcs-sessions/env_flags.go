package main

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// envKey is the annotation with the environment variable that sets a flag.
const envKey = "env"

// envFlag lets an environment variable set a flag, and adds it to the flag's help.
// That is all that a configuration library would be used for here.
func envFlag(flags *pflag.FlagSet, name, variable string) {
	f := flags.Lookup(name)
	f.Usage += " [$" + variable + "]"
	f.Annotations = map[string][]string{envKey: {variable}}
}

// fromEnv sets the flags that are not on the command line from their variables.
func fromEnv(cmd *cobra.Command, getenv func(string) string) (err error) {
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		variable := f.Annotations[envKey]
		if variable == nil || f.Changed || err != nil {
			return
		}
		if value := getenv(variable[0]); value != "" {
			// not by the flag set, so that Changed still means the command line
			if f.Value.Set(value) != nil {
				err = usagef("the value of $%s is invalid for --%s", variable[0], f.Name)
			}
		}
	})
	return err
}
