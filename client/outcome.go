package client

import (
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
)

// An Outcome says what became of the targets of a Kill.
type Outcome struct {
	// Counts are those of all requests of the Kill. nil: not known, because a
	// request failed, or because the server does not count. The real service
	// does not.
	Counts *Counts

	// Results has one for each target, in the same order.
	Results []Result
}

// Counts are numbers of sessions. A session that one request names twice counts
// once.
type Counts struct{ Killed, Gone, Replaced int }

// A Result is what became of one target.
type Result string

// The results.
const (
	Killed    Result = "killed"     // it was connected, and was closed
	Gone      Result = "gone"       // it was no longer connected; also where an earlier attempt closed it
	Replaced  Result = "replaced"   // another session has its address now, and was not killed: list again
	Closed    Result = "closed"     // killed or gone: the server does not say which
	NotKilled Result = "not killed" // the server refused the request, or it was not sent
	Unknown   Result = "unknown"    // the request failed, and the server may have killed it
)

// outcomeHeader says what became of each entry of a kill. It is a dictionary
// (RFC 9651).
const outcomeHeader = "X-Kill-Outcome"

// readOutcome reads the header of the response to a request with n entries. It
// returns nil where there is no header or a malformed one: then it is not known
// what the server did, which is no failure.
func readOutcome(header http.Header, n int) *Outcome {
	lines := header.Values(outcomeHeader)
	if len(lines) == 0 {
		return nil
	}
	members := dictionary(lines)
	o := &Outcome{Counts: &Counts{}, Results: make([]Result, n)}
	for name, to := range map[string]*int{"killed": &o.Counts.Killed, "gone": &o.Counts.Gone, "replaced": &o.Counts.Replaced} {
		count, err := strconv.Atoi(members[name])
		if err != nil || count < 0 || count > n {
			return nil
		}
		*to = count
	}
	for i := range o.Results {
		o.Results[i] = Killed
	}
	if o.mark(members["gone-at"], Gone, o.Counts.Gone) && o.mark(members["replaced-at"], Replaced, o.Counts.Replaced) && o.agrees() {
		return o
	}
	return nil
}

// mark gives the result to the entries whose bit is set in the byte sequence at.
// Where at is empty, all entries have the result, or none has. It reports whether
// at is well-formed.
func (o *Outcome) mark(at string, result Result, count int) bool {
	if at == "" {
		for i := range o.Results {
			if count > 0 {
				o.Results[i] = result
			}
		}
		return true
	}
	text, opened := strings.CutPrefix(at, ":")
	text, closed := strings.CutSuffix(text, ":")
	bits, err := base64.StdEncoding.DecodeString(text)
	if !opened || !closed || err != nil || len(bits) != (len(o.Results)+7)/8 {
		return false
	}
	for i := range o.Results {
		if bits[i/8]&(0x80>>(i%8)) != 0 {
			o.Results[i] = result
		}
	}
	return true
}

// agrees reports whether there are as many results as the counts say, or more
// where several entries name the same session.
func (o *Outcome) agrees() bool {
	entries := map[Result]int{}
	for _, r := range o.Results {
		entries[r]++
	}
	for r, count := range map[Result]int{Killed: o.Counts.Killed, Gone: o.Counts.Gone, Replaced: o.Counts.Replaced} {
		if count > entries[r] || count == 0 && entries[r] > 0 {
			return false
		}
	}
	return true
}

// dictionary splits a dictionary (RFC 9651) into its members, without their
// parameters. It reads numbers and byte sequences, which have no comma.
func dictionary(lines []string) map[string]string {
	members := map[string]string{}
	for member := range strings.SplitSeq(strings.Join(lines, ","), ",") {
		name, value, _ := strings.Cut(strings.Trim(member, " \t"), "=")
		value, _, _ = strings.Cut(value, ";")
		members[name] = value
	}
	return members
}
