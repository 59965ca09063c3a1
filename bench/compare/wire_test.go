package main

import (
	"context"
	"testing"
)

func TestARequestGoesAsItStands(t *testing.T) {
	c := &testCase{Request: message{Method: "POST", Body: "{}", Headers: map[string]string{"Content-Type": "a/b", "X-Key": "mine"}}}
	got, err := rawRequest(c, "host", "/a/../%zz?b|", "7", map[string]string{"X-Key": "compare"})
	const want = "POST /a/../%zz?b| HTTP/1.1\r\nConnection: close\r\nContent-Length: 2\r\nContent-Type: a/b\r\nHost: host\r\nX-Case: 7\r\nX-Key: mine\r\n\r\n{}"
	if err != nil || string(got) != want {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := rawRequest(c, "host", "/\r\nX: y", "7", nil); err == nil {
		t.Error("a line break in the target is no error")
	}
}

func TestAResponseGoesAsItStands(t *testing.T) {
	for _, one := range []struct {
		method string
		message
		want string
	}{
		{"GET", message{Status: 200, Body: "hi"}, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\nX-Mark: 7\r\n\r\nhi"},
		{"GET", message{Status: 200}, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\nX-Mark: 7\r\n\r\n"},
		{"GET", message{Status: 204}, "HTTP/1.1 204 No Content\r\nConnection: close\r\nX-Mark: 7\r\n\r\n"},
		{"GET", message{Status: 204, Body: "x"}, "HTTP/1.1 204 No Content\r\nConnection: close\r\nContent-Length: 1\r\nX-Mark: 7\r\n\r\nx"},
		{"HEAD", message{Status: 200, Body: "x"}, "HTTP/1.1 200 OK\r\nConnection: close\r\nX-Mark: 7\r\n\r\n"},
		{"GET", message{Status: 600}, "HTTP/1.1 600 Status\r\nConnection: close\r\nContent-Length: 0\r\nX-Mark: 7\r\n\r\n"},
	} {
		if got, err := rawResponse(&testCase{Response: &one.message}, one.method, "7"); err != nil || string(got) != one.want {
			t.Errorf("%q, %v, want %q", got, err, one.want)
		}
	}
}

// The probe's own requests, straight to the upstream and with no validator
// between: everything passes.
func TestTheUpstreamAnswersEachCase(t *testing.T) {
	c, err := decodeCorpus(probeCorpus)
	if err != nil {
		t.Fatal(err)
	}
	up, err := startUpstream(c.Cases)
	if err != nil {
		t.Fatal(err)
	}
	defer up.close()
	message, err := rawRequest(&c.Cases[3], up.addr, "/probe", "3", nil)
	if err != nil {
		t.Fatal(err)
	}
	a := exchange(context.Background(), up.addr, message, "POST", func() bool { return up.wasReached("3") })
	if got := classify(a, 200); got.Is != passes || got.Said != `{"n":"x"}` {
		t.Errorf("%s: %q", got, got.Said)
	}
	if up.wasReached("2") || up.err() != nil {
		t.Errorf("a case that was not sent was reached, or %v", up.err())
	}
}
