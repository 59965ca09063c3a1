package main

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

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
