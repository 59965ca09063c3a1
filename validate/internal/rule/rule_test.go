package rule_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/rule"
)

func TestACollectorHasEachViolationOnceAndAFewOfThem(t *testing.T) {
	var c rule.Collector
	for range 2 {
		c.Add(rule.InBody, "/a", "pattern", nil)
		c.Add(rule.InBody, "/a", "maxLength", nil)
		c.Add(rule.InHeader, "/a", "pattern", nil)
	}
	assert.Len(t, c.List, 3)
	for i := range 100 {
		c.Add(rule.InBody, "/"+strconv.Itoa(i), "pattern", nil)
	}
	assert.Len(t, c.List, rule.MaxViolations)
}
