package localnode

import (
	"os/exec"
	"path/filepath"
	"slices"
)

// Binaries are the names of the programs of a server, in order of preference.
var Binaries = [...]string{"redis-server", "valkey-server"}

// Find returns the path of the first of [Binaries] that is on PATH, or "".
func Find() string {
	for _, name := range Binaries {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// FindAll returns the paths of all of [Binaries] that are on PATH, and then those in
// more. It returns a program once, even if several paths are links to it. missing
// has the names that are not on PATH.
func FindAll(more []string) (found, missing []string) {
	var seen []string
	add := func(binary string) {
		real, err := filepath.EvalSymlinks(binary)
		if err != nil {
			real = binary // starting it will return the error
		}
		if !slices.Contains(seen, real) {
			seen = append(seen, real)
			found = append(found, binary)
		}
	}
	for _, name := range Binaries {
		if path, err := exec.LookPath(name); err == nil {
			add(path)
		} else {
			missing = append(missing, name)
		}
	}
	for _, binary := range more {
		if binary != "" {
			add(binary)
		}
	}
	return found, missing
}
