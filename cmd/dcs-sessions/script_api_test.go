package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/dcs-sessions/dcs-sessions/signature"
)

// cmdAPI starts a server at $API that sends the same response to every request, and
// writes a line for each request to the file requests.
func cmdAPI(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 1, "api STATUS [BODY]")
	status, err := strconv.Atoi(args[0])
	ts.Check(err)
	body := ""
	if len(args) > 1 {
		body = args[1]
	}
	requests := ts.MkAbs("requests")
	os.Remove(requests)
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent, _ := io.ReadAll(r.Body)
		f, err := os.OpenFile(requests, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			panic(err) // the client sees a broken connection
		}
		fmt.Fprintf(f, "%s %s token=%s%s %s\n", r.Method, r.RequestURI, r.Header.Get("X-Auth-Token"), signer(r, sent), sent)
		f.Close()
		w.Header().Set("X-Request-Id", "r-1")
		w.Header().Set("Location", "/elsewhere")
		if status != http.StatusNoContent {
			w.Header().Set("Content-Type", "application/json")
		}
		w.WriteHeader(status)
		io.WriteString(w, body)
	}))
	ts.Defer(api.Close)
	ts.Setenv("API", api.URL)
}

// cmdDown sets a variable to an address that nothing listens on.
func cmdDown(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 1, "down VARIABLE")
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Check(ln.Close())
	ts.Setenv(args[0], ln.Addr().String())
}

// signer returns the key and the secret that r is signed with, if it is signed.
func signer(r *http.Request, body []byte) string {
	a, err := signature.Parse(r)
	if err != nil {
		return ""
	}
	secret := "unknown"
	for _, s := range []string{"secret-1", "secret-2"} {
		if a.Verify(r, body, s, time.Now()) == nil {
			secret = s
		}
	}
	return fmt.Sprintf(" key=%s secret=%s security=%s", a.AccessKeyID, secret, r.Header.Get("X-Security-Token"))
}
