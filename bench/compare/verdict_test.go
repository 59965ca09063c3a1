package main

import (
	"fmt"
	"io"
	"testing"
)

func TestClassify(t *testing.T) {
	problem := func(status int, kind string, reached bool) answer {
		return answer{status: status, contentType: "application/problem+json", reached: reached, body: []byte(`{"type":"` + kind + `"}`)}
	}
	for _, one := range []struct {
		name string
		answer
		want string
	}{
		{"the upstream's answer", answer{status: 204, mark: true, reached: true}, "passes"},
		{"the upstream's refusal", answer{status: 422, mark: true, reached: true, contentType: "application/problem+json"}, "passes"},
		{"a body that is refused", problem(422, problems+"UNPROCESSABLE_ENTITY", false), "refuses the request: UNPROCESSABLE_ENTITY"},
		{"a path that is refused", problem(404, problems+"NO_PATH_MATCHED_ERROR", false), "refuses the request: NO_PATH_MATCHED_ERROR"},
		{"a 405 to HEAD", answer{status: 405, contentType: "application/problem+json"}, "refuses the request: Method Not Allowed"},
		{"a response that is refused", problem(500, problems+"VIOLATIONS", true), "refuses the response: VIOLATIONS"},
		{"a response that cannot be read", problem(500, "FetchError", true), "refuses the response: FetchError"},
		{"the upstream's headers on a 500", answer{status: 500, mark: true, reached: true}, "refuses the response: Internal Server Error"},
		{"a 500 before the upstream", answer{status: 500}, "breaks: Internal Server Error"},
		{"a 4xx behind the upstream", problem(422, problems+"X", true), "breaks: X"},
		{"silence", answer{err: errSilent}, "breaks: no answer within 10s"},
		{"an end", answer{err: fmt.Errorf("%w: TypeError", errEnded)}, "breaks: its process ends"},
		{"a lost connection", answer{err: io.ErrUnexpectedEOF}, "breaks: connection lost"},
	} {
		expected := 204
		if one.status == 422 && one.mark {
			expected = 422
		}
		if got := classify(one.answer, expected).String(); got != one.want {
			t.Errorf("%s: %s, want %s", one.name, got, one.want)
		}
	}
}

func TestOurs(t *testing.T) {
	for want, c := range map[string]testCase{
		passes:   {},
		request:  {Want: []want{{Rule: "type", Status: 400}}},
		response: {Want: []want{{Rule: "type", Status: 500}}},
	} {
		if got := c.ours(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	c := testCase{Want: []want{{Rule: "type"}, {Rule: "type"}, {Rule: "pattern"}}}
	if got := c.rules(); got != "type, pattern" {
		t.Errorf("%s", got)
	}
}
