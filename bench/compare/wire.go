package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"
)

// The headers that the program adds: the number of the case, in the request and in the
// upstream's response.
const (
	caseHeader = "X-Case"
	markHeader = "X-Mark"
)

const patience = 10 * time.Second // for one case

var (
	// errSilent says that no answer came, and that the connection stayed.
	errSilent = fmt.Errorf("no answer within %s", patience)
	// errEnded says that Prism ended over the case.
	errEnded = errors.New("its process ends")
)

// rawRequest returns c's request as bytes. No HTTP library writes it, so that a malformed
// request arrives unchanged.
func rawRequest(c *testCase, host, target, number string, more map[string]string) ([]byte, error) {
	body, err := c.Request.wire()
	if err != nil {
		return nil, err
	}
	headers := map[string]string{"Host": host, "Connection": "close", caseHeader: number}
	if len(body) > 0 || c.Request.Method != http.MethodGet && c.Request.Method != http.MethodHead && c.Request.Method != http.MethodDelete {
		headers["Content-Length"] = fmt.Sprint(len(body))
	}
	return raw(c.Request.Method+" "+target+" HTTP/1.1", body, headers, more, c.Request.Headers)
}

// rawResponse returns c's response as bytes, because net/http would add a media type and
// would not send a body with a 204.
func rawResponse(c *testCase, method, number string) ([]byte, error) {
	body, err := c.Response.wire()
	if err != nil {
		return nil, err
	}
	headers := map[string]string{"Connection": "close", markHeader: number}
	bare := c.Response.Status == http.StatusNoContent || c.Response.Status == http.StatusNotModified
	switch {
	case method == http.MethodHead:
		body = nil
	case len(body) > 0 || !bare:
		headers["Content-Length"] = fmt.Sprint(len(body))
	}
	text := http.StatusText(c.Response.Status)
	if text == "" {
		text = "Status"
	}
	return raw(fmt.Sprintf("HTTP/1.1 %d %s", c.Response.Status, text), body, headers, c.Response.Headers)
}

// raw returns one message. A later list of headers replaces an earlier one.
func raw(line string, body []byte, lists ...map[string]string) ([]byte, error) {
	all := map[string]string{}
	for _, headers := range lists {
		for name, value := range headers {
			all[http.CanonicalHeaderKey(name)] = value
		}
	}
	var lines []string
	for name, value := range all {
		lines = append(lines, name+": "+value)
	}
	slices.Sort(lines)
	lines = slices.Insert(lines, 0, line)
	if strings.ContainsAny(strings.Join(lines, ""), "\r\n\x00") {
		return nil, fmt.Errorf("%q: a line break in a header", line)
	}
	return append([]byte(strings.Join(lines, "\r\n")+"\r\n\r\n"), body...), nil
}

// exchange sends message to addr and reads the response. reached reports whether the
// upstream got the message.
func exchange(ctx context.Context, addr string, message []byte, method string, reached func() bool) answer {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return answer{err: err}
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	go conn.Write(message) // an answer may come before all is read
	resp, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		if ctx.Err() != nil {
			err = errSilent
		}
		return answer{err: err, reached: reached()}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	mark := resp.Header.Get(markHeader)
	if err != nil && mark == "" {
		return answer{err: err, reached: reached()}
	}
	return answer{status: resp.StatusCode, contentType: resp.Header.Get("Content-Type"), mark: mark != "",
		reached: reached(), body: bytes.TrimSpace(body)}
}
