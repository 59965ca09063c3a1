// Package marked keeps what a program has written in a file that is otherwise
// written by hand.
package marked

import (
	"fmt"
	"os"
	"strings"
)

// Insert puts text into file between the two lines that Lines returns.
func Insert(file, name, command, text string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	begin, end := Lines(name, command)
	before, rest, ok := strings.Cut(string(data), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		return fmt.Errorf("%s: the two markers of %s are not there", file, name)
	}
	return os.WriteFile(file, []byte(before+begin+"\n\n"+text+end+after), 0o644)
}

// Lines returns those around what command writes as name.
func Lines(name, command string) (begin, end string) {
	return "<!-- " + name + ": written by " + command + " -->", "<!-- /" + name + " -->"
}
