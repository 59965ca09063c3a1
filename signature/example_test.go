package signature_test

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/dcs-sessions/dcs-sessions/signature"
)

// A client signs a request, and a server verifies it: it looks up the secret key
// between Parse and Verify.
func Example() {
	secretKeys := map[string]string{"AKEXAMPLE": "the secret key of AKEXAMPLE"}
	tokens := map[string]string{} // of temporary keys
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err != nil {
			http.Error(w, "the body cannot be read", http.StatusBadRequest)
			return
		}
		a, err := signature.Parse(r)
		if err == nil {
			err = a.Verify(r, body, secretKeys[a.AccessKeyID], time.Now())
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

	for _, secretKey := range []string{"the secret key of AKEXAMPLE", "another"} {
		const body = `{"node_id":"n"}`
		r, err := http.NewRequest(http.MethodPost, server.URL+"/v2/p/instances/i/clients/kill", strings.NewReader(body))
		if err != nil {
			fmt.Println(err)
			return
		}
		if err := signature.Sign(r, []byte(body), signature.Key{AccessKeyID: "AKEXAMPLE", SecretKey: secretKey}, time.Now()); err != nil {
			fmt.Println(err)
			return
		}
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			fmt.Println(err)
			return
		}
		reply, _ := io.ReadAll(response.Body)
		response.Body.Close()
		fmt.Print(response.StatusCode, " ", string(reply))
	}
	// Output:
	// 200 hello AKEXAMPLE
	// 401 the signature does not match
}

// The key and the request are those of the API gateway's public documentation.
func ExampleSign() {
	r, err := http.NewRequest(http.MethodGet, "https://service.region.example.com/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs?limit=2&marker=13551d6b-755d-4757-b956-536f674975c0", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	r.Header.Set("Content-Type", "application/json")
	key := signature.Key{AccessKeyID: "QTWAOYTTINDUT2QVKYUC", SecretKey: "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc"}
	err = signature.Sign(r, nil, key, time.Date(2019, 11, 15, 3, 36, 55, 0, time.UTC))
	fmt.Println(err)
	for field := range strings.SplitSeq(r.Header.Get("Authorization"), ", ") {
		fmt.Println(field)
	}
	// Output:
	// <nil>
	// SDK-HMAC-SHA256 Access=QTWAOYTTINDUT2QVKYUC
	// SignedHeaders=content-type;host;x-sdk-date
	// Signature=7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe
}

// A server refuses an unknown algorithm with a text that names it.
func ExampleUnsupportedAlgorithmError() {
	r := &http.Request{Header: http.Header{"Authorization": {"SDK-HMAC-SM3 Access=AK, SignedHeaders=x-sdk-date, Signature=00"}}}
	_, err := signature.Parse(r)
	var unsupported *signature.UnsupportedAlgorithmError
	fmt.Println(errors.As(err, &unsupported), err)
	// Output: true the algorithm SDK-HMAC-SM3 is not supported: use SDK-HMAC-SHA256 or V11-HMAC-SHA256
}
