// Package marked replaces the part of a file that a program writes, and keeps the rest,
// which is written by hand.
package marked

import (
	"fmt"
	"os"
	"strings"
)

// Insert writes text to file between the two lines that [Lines] returns.
func Insert(file, name, command, text string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	begin, end := Lines(name, command)
	before, rest, ok := strings.Cut(string(data), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		return fmt.Errorf("%s: the two markers of %s are missing", file, name)
	}
	return os.WriteFile(file, []byte(before+begin+"\n\n"+text+end+after), 0o644)
}

// Lines returns the lines around the part that command writes as name.
func Lines(name, command string) (begin, end string) {
	return "<!-- " + name + ": written by " + command + " -->", "<!-- /" + name + " -->"
}
