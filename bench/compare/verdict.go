package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
)

// What a validator does with a case.
const (
	passes   = "passes"
	request  = "refuses the request"
	response = "refuses the response"
	broken   = "breaks"
)

// A verdict is Prism's on one case.
type verdict struct {
	Is   string // one of the four
	Why  string // Prism's kind of problem, or how it broke
	Said string // its whole answer, for who judges
}

func (v verdict) String() string {
	if v.Why == "" {
		return v.Is
	}
	return v.Is + ": " + v.Why
}

// ours returns our verdict on c.
func (c *testCase) ours() string {
	switch {
	case len(c.Want) == 0:
		return passes
	case c.Want[0].Status == http.StatusInternalServerError:
		return response
	default:
		return request
	}
}

// rules returns the rules by which we refuse c.
func (c *testCase) rules() string {
	var list []string
	for _, w := range c.Want {
		if len(list) == 0 || list[len(list)-1] != w.Rule {
			list = append(list, w.Rule)
		}
	}
	return strings.Join(list, ", ")
}

// An answer is the response to the request of a case.
type answer struct {
	status      int
	contentType string
	mark        bool // it is the upstream's
	reached     bool // the upstream got the request
	body        []byte
	err         error // no answer came
}

const problems = "https://stoplight.io/prism/errors#"

// classify returns Prism's verdict. expected is the status of the upstream's response. A
// 5xx of Prism itself is a refusal if the upstream was reached, because the caller does
// not get the response.
func classify(a answer, expected int) verdict {
	v := verdict{Is: broken, Said: string(a.body)}
	if a.err != nil {
		v.Why, v.Said = "connection lost", a.err.Error()
		for _, known := range []error{errSilent, errEnded} {
			if errors.Is(a.err, known) {
				v.Why = known.Error()
			}
		}
		return v
	}
	if a.mark && a.status == expected {
		v.Is = passes
		return v
	}
	var problem struct{ Type string }
	if strings.HasPrefix(a.contentType, "application/problem+json") && json.Unmarshal(a.body, &problem) == nil {
		v.Why, _ = strings.CutPrefix(problem.Type, problems)
	}
	if v.Why == "" { // before validation, or of HEAD
		v.Why = http.StatusText(a.status)
	}
	switch {
	case !a.reached && a.status >= 400 && a.status < 500:
		v.Is = request
	case a.reached && a.status >= 500:
		v.Is = response
	}
	return v
}
