package client

import (
	"fmt"
	"strings"
)

// isID tells whether id has the form of the contract's ID: one that is empty or
// has a slash in it would make another URL.
func isID(id string) bool {
	return id != "" && len(id) <= 64 && strings.Trim(id, idLetters) == ""
}

const idLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"

// An id is one that a caller gave. The zero id is none.
type id struct{ name, value string }

// idOrNone is for an id that may be empty.
func idOrNone(name, value string) id {
	if value == "" {
		return id{}
	}
	return id{name, value}
}

// checkIDs returns an error for the first that is not of the form. It comes
// before anything is sent.
func checkIDs(ids ...id) error {
	for _, i := range ids {
		if i != (id{}) && !isID(i.value) {
			return fmt.Errorf("client: the %s id %q is not 1 to 64 letters, digits, - or _", i.name, i.value)
		}
	}
	return nil
}
