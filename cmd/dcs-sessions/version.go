package main

import (
	"fmt"
	"runtime/debug"
)

// version is the module's, or that of the source it was built from: never just
// that it is under development.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown (built without module support)"
	}
	return versionOf(info)
}

func versionOf(info *debug.BuildInfo) string {
	if info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	revision := settings["vcs.revision"]
	if revision == "" {
		return fmt.Sprintf("unknown (built with %s, without version control)", info.GoVersion)
	}
	text := revision[:min(12, len(revision))]
	if settings["vcs.modified"] == "true" {
		text += " with changes"
	}
	if at := settings["vcs.time"]; at != "" {
		text += " of " + at
	}
	return text
}
