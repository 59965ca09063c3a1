package faults

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
)

// An outcome is the header X-Kill-Outcome.
type outcome struct {
	killed, gone, replaced int
	goneAt, replacedAt     []byte // one bit per entry, from the highest bit on; nil: none or all
}

// parseOutcome parses the header in the form of the contract, which is a part of
// RFC 9651. It is independent of the server's code, so that it can detect errors
// there.
func parseOutcome(text string) (*outcome, error) {
	o := &outcome{killed: -1, gone: -1, replaced: -1}
	counts := map[string]*int{"killed": &o.killed, "gone": &o.gone, "replaced": &o.replaced}
	bits := map[string]*[]byte{"gone-at": &o.goneAt, "replaced-at": &o.replacedAt}
	for member := range strings.SplitSeq(text, ",") {
		key, value, _ := strings.Cut(strings.TrimSpace(member), "=")
		var err error
		switch {
		case counts[key] != nil:
			*counts[key], err = strconv.Atoi(value)
		case bits[key] != nil && len(value) >= 2 && value[0] == ':' && value[len(value)-1] == ':':
			*bits[key], err = base64.StdEncoding.DecodeString(value[1 : len(value)-1])
		default:
			return nil, fmt.Errorf("the member %q is not in the contract", member)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
	}
	if o.killed < 0 || o.gone < 0 || o.replaced < 0 {
		return nil, fmt.Errorf("a count is missing in %q", text)
	}
	return o, nil
}

// The labels of an entry.
const (
	killed   = "killed"
	gone     = "gone"
	replaced = "replaced"
)

// label returns the label of the i-th entry.
func (o *outcome) label(i int) string {
	switch {
	case o.replaced > 0 && (bit(o.replacedAt, i) || o.replacedAt == nil && o.killed+o.gone == 0):
		return replaced
	case o.gone > 0 && (bit(o.goneAt, i) || o.goneAt == nil && o.killed+o.replaced == 0):
		return gone
	}
	return killed
}

func bit(bits []byte, i int) bool { return i/8 < len(bits) && bits[i/8]&(0x80>>(i%8)) != 0 }
