// Package realclient sends request bodies with widely used HTTP clients: Go, curl,
// Python and Node. Tests use it to see which response a client receives if the server
// responds before the end of the body.
//
//	for name, post := range realclient.All(t) {
//		statuses, err := post("http://127.0.0.1:8080/items", 20<<20, 20)
//	}
//
// It does not check what the server receives.
package realclient

import (
	"context"
	_ "embed"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A Post sends a JSON body of size bytes several times, each on a new connection. It
// returns the statuses of the responses, or an error with the output of the client.
type Post func(url string, size, times int) (statuses []int, err error)

//go:embed post.py
var python string

//go:embed post_http.js
var nodeHTTP string

//go:embed post_fetch.js
var nodeFetch string

// All returns the clients by name. It logs which are not installed. If CI is set, a
// missing client fails the test.
func All(t *testing.T) map[string]Post {
	t.Helper()
	all := map[string]Post{
		"Go":          goClient(false),
		"Go, chunked": goClient(true),
	}
	if installed(t, "python3") {
		all["python's http.client"] = script("python3", "-c", python, "length")
		all["python's http.client, chunked"] = script("python3", "-c", python, "chunked")
	}
	if installed(t, "node") {
		all["Node's http"] = script("node", "-e", nodeHTTP, "length")
		all["Node's http, chunked"] = script("node", "-e", nodeHTTP, "chunked")
		all["Node's fetch"] = script("node", "-e", nodeFetch)
	}
	if installed(t, "curl") {
		all["curl"] = curl()
		all["curl without Expect"] = curl("-H", "Expect:")
		all["curl, chunked"] = curl("-H", "Expect:", "-H", "Transfer-Encoding: chunked")
		all["curl with HTTP/1.0"] = curl("-H", "Expect:", "--http1.0")
	}
	return all
}

func installed(t *testing.T, name string) bool {
	t.Helper()
	_, err := exec.LookPath(name)
	if err == nil {
		return true
	}
	if os.Getenv("CI") != "" {
		t.Errorf("%s is not installed", name)
	}
	t.Logf("not tested: %s is not installed", name)
	return false
}

// script runs a command with the URL, the size and the number of requests as its last
// arguments. The command prints one status per line.
func script(command ...string) Post {
	return func(url string, size, times int) ([]int, error) {
		return run(command, nil, url, strconv.Itoa(size), strconv.Itoa(times))
	}
}

func run(command []string, stdin io.Reader, args ...string) (statuses []int, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, command[0], append(command[1:], args...)...)
	cmd.Stdin = stdin
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%w: %s %s", err, out, &stderr)
	}
	for line := range strings.Lines(string(out)) {
		status, err := strconv.Atoi(strings.TrimSpace(line))
		if err != nil {
			return nil, fmt.Errorf("the client printed no status: %s", out)
		}
		statuses = append(statuses, status)
	}
	return statuses, nil
}

func curl(options ...string) Post {
	return func(url string, size, times int) (all []int, err error) {
		for range times {
			command := append([]string{"curl", "--silent", "--show-error", "--output", os.DevNull, "--write-out", "%{http_code}\n",
				"--insecure", "--http1.1", "--header", "Content-Type: application/json", "--data-binary", "@-"}, options...)
			statuses, err := run(command, io.LimitReader(blanks{}, int64(size)), url)
			if err != nil {
				return all, err
			}
			all = append(all, statuses...)
		}
		return all, nil
	}
}

func goClient(chunked bool) Post {
	return func(url string, size, times int) (all []int, err error) {
		transport := &http.Transport{DisableKeepAlives: true}
		for range times {
			r, err := http.NewRequest(http.MethodPost, url, io.LimitReader(blanks{}, int64(size)))
			if err != nil {
				return all, err
			}
			r.Header.Set("Content-Type", "application/json")
			if !chunked {
				r.ContentLength = int64(size)
			}
			resp, err := transport.RoundTrip(r)
			if err != nil {
				return all, err
			}
			_, err = io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
			if err != nil {
				return all, err
			}
			all = append(all, resp.StatusCode)
		}
		return all, nil
	}
}

// blanks is an endless reader of spaces.
type blanks struct{}

func (blanks) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}
