package signature_test

import (
	"crypto/subtle"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/dcs-sessions/dcs-sessions/signature"
)

// A server looks the secret up between Parse and Verify, and a client signs what
// it sends.
func Example() {
	secrets := map[string]string{"AKEXAMPLE": "the secret of AKEXAMPLE"}
	tokens := map[string]string{} // of temporary keys
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err != nil {
			http.Error(w, "the body cannot be read", http.StatusBadRequest)
			return
		}
		a, err := signature.Parse(r)
		if err == nil {
			err = a.Verify(r, body, secrets[a.AccessKeyID], time.Now())
		}
		if err == nil && subtle.ConstantTimeCompare([]byte(a.SecurityToken), []byte(tokens[a.AccessKeyID])) != 1 {
			err = signature.ErrMismatch
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		fmt.Fprintln(w, "hello", a.AccessKeyID)
	}))
	defer server.Close()

	for _, secret := range []string{"the secret of AKEXAMPLE", "another"} {
		const body = `{"node_id":"n"}`
		r, err := http.NewRequest(http.MethodPost, server.URL+"/v2/p/instances/i/clients/kill", strings.NewReader(body))
		if err != nil {
			fmt.Println(err)
			return
		}
		if err := signature.Sign(r, []byte(body), signature.Key{AccessKeyID: "AKEXAMPLE", SecretKey: secret}, time.Now()); err != nil {
			fmt.Println(err)
			return
		}
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			fmt.Println(err)
			return
		}
		answer, _ := io.ReadAll(response.Body)
		response.Body.Close()
		fmt.Print(response.StatusCode, " ", string(answer))
	}
	// Output:
	// 200 hello AKEXAMPLE
	// 401 the signature does not match
}
