package reference

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/jsontoken"
)

// A Finding is one thing that the schema does not allow.
type Finding struct {
	Pointer string // a JSON pointer (RFC 6901)
	Rule    string // the keyword
	Err     error  // for a log: it may quote the schema, but never the value
}

// ErrWork means that Find gave up a text, because checking it takes too much
// work.
var ErrWork = errors.New("reference: the text takes too much work to check")

// The work on one text is limited in bytes that are read: a number of passes over
// the text, and a minimum that lets a small text meet hundreds of alternatives.
const (
	maxPasses = 64
	minWork   = 16 << 20
)

// contextInterval is how many bytes are read between two looks at the context.
const contextInterval = 256 << 10

// A checker checks one text.
type checker struct {
	ctx       context.Context
	text      string
	work      int   // how much is left
	nextCheck int   // the work that is left when the context is checked again
	err       error // the context's, or ErrWork

	trials   int // if it is positive, an alternative is tried: the first error ends the trial, and none is recorded
	most     int
	findings []finding
	path     jsontoken.Path // to the current value

	schemas []*Schema // those that check the current value, from base on, and those of the values around it
	base    int
	present []bool // whether the required members of the open objects are present
	cache   *cache
}

// A finding is a Finding with what its place in the order depends on.
type finding struct {
	Finding
	path       jsontoken.Path
	undeclared bool // a member that the schema does not declare
}

// unknownEnd is the end of a value that was not read to its end.
const unknownEnd = -1

// Find returns what the schema does not allow in text, but at most so many
// findings. It returns nil if the text is valid. The error is [ErrWork] or that
// of the context. The order is that of kin-openapi, unless findings were left
// out.
func (s *Schema) Find(ctx context.Context, text string, most int) ([]Finding, error) {
	c := &checker{ctx: ctx, text: text, work: maxPasses*len(text) + minWork, most: most, cache: newCache()}
	defer c.cache.release()
	c.nextCheck = c.work
	c.check(s, c.space(0))
	if c.err != nil {
		return nil, c.err
	}
	list := make([]Finding, len(c.findings))
	for i := range c.findings {
		list[i] = c.findings[i].Finding
	}
	return list, nil
}

// spend counts the work of reading n bytes.
func (c *checker) spend(n int) {
	if c.work -= n; c.work <= c.nextCheck {
		c.nextCheck = c.work - contextInterval
		if c.err == nil {
			c.err = c.ctx.Err()
		}
	}
	if c.work < 0 && c.err == nil {
		c.err = ErrWork
	}
}

// done reports whether the check can end, because no more findings are wanted.
func (c *checker) done() bool {
	return c.err != nil || c.trials > 0 || len(c.findings) >= c.most
}

// report records that the current value breaks a rule.
func (c *checker) report(rule string, err error) {
	if c.trials > 0 || len(c.findings) >= c.most {
		return
	}
	pointer := c.path.String()
	for i := range c.findings {
		if c.findings[i].Pointer == pointer && c.findings[i].Rule == rule { // two parts of an allOf may find the same
			return
		}
	}
	c.findings = append(c.findings, finding{Finding: Finding{pointer, rule, err}, path: slices.Clone(c.path)})
}

// reportMember is report for a member of the current object.
func (c *checker) reportMember(name, rule string, err error) {
	c.path = append(c.path, jsontoken.Member(strings.Clone(name)))
	c.report(rule, err)
	c.path = c.path[:len(c.path)-1]
}
