package client

import (
	"fmt"
	"strings"
)

// isID reports whether id has the form of the contract's ID. An empty id or one
// with a slash would make another URL.
func isID(id string) bool {
	return id != "" && len(id) <= 64 && strings.Trim(id, idLetters) == ""
}

const idLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"

func checkID(kind, id string) error {
	if !isID(id) {
		return fmt.Errorf("client: the %s id %q is not 1 to 64 letters, digits, - or _", kind, id)
	}
	return nil
}
