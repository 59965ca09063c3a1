package main

import (
	"compress/gzip"
	"io"
	"strings"
	"testing"
)

func TestACorpusIsDecoded(t *testing.T) {
	c, err := decodeCorpus(probeCorpus)
	if err != nil {
		t.Fatal(err)
	}
	if c.Contract != "probe.yaml" || len(c.Cases) != 4 {
		t.Fatalf("%+v", c)
	}
	if c.Cases[1].Response != c.Cases[0].Response {
		t.Error("a case without a response has not the first's")
	}
	if m := c.Cases[1].Request; m.Method != "POST" || m.Body != `{"n":"x"}` || m.Headers["Content-Type"] != "application/json" {
		t.Errorf("what is merged is lost: %+v", m)
	}
}

func TestACorpusThatIsNotUnderstoodIsAnError(t *testing.T) {
	const start = "contract: a.yaml\ncases:\n  - {name: a, request: {method: GET}, response: {status: 204}}\n"
	for name, text := range map[string]string{
		"an unknown field":            start + "  - {name: b, request: {method: GET, trailers: {}}}\n",
		"an unknown field of a case":  start + "  - {name: b, skip: true}\n",
		"a name that is there twice":  start + "  - {name: a}\n",
		"no name":                     start + "  - {request: {method: GET}}\n",
		"no contract":                 strings.Replace(start, "contract: a.yaml\n", "", 1),
		"no cases":                    "contract: a.yaml\n",
		"a first case of no response": "contract: a.yaml\ncases: [{name: a}]\n",
	} {
		if _, err := decodeCorpus([]byte(text)); err == nil {
			t.Error(name, "is no error")
		}
	}
}

func TestBodies(t *testing.T) {
	for want, m := range map[string]message{
		"text":                              {Body: "text"},
		"\xff":                              {Base64: "/w=="},
		"ababab":                            {Body: "ab", Repeat: 3},
		`{"x":[[]]}`:                        {Body: `{"x":%s}`, Depth: 2},
		`["10.0.0.0:1024","10.0.0.1:1025"]`: {Body: "[%s]", Many: 2},
	} {
		if got, err := m.wire(); err != nil || string(got) != want {
			t.Errorf("%q, %v, want %q", got, err, want)
		}
	}
	coded, err := (&message{Body: "text", Gzip: true}).wire()
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(strings.NewReader(string(coded)))
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := io.ReadAll(z); string(got) != "text" {
		t.Errorf("%q", got)
	}
}
