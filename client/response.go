package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"mime"
	"net/http"
)

// maxBody is how large the body of a success may be, in bytes. The body of a page
// of 1000 sessions is under one MiB.
const maxBody = 16 << 20

// fetch is do for a response with a body. missing names what the body must have
// and does not; it returns "" where nothing is missing.
func fetch[T any](ctx context.Context, c *Client, r *request, missing func(T) string) (T, error) {
	var body T
	r.decode = func(text []byte) error {
		got, err := decode[T](text)
		if err != nil {
			return fmt.Errorf("is not the JSON that it should be: %w", err)
		}
		if name := missing(got); name != "" {
			return fmt.Errorf("lacks %s", name)
		}
		body = got
		return nil
	}
	err := c.do(ctx, r)
	return body, err
}

// readSuccess reads the body of a success and decodes it. A body that cannot be
// used is an *Error, because the server did respond. again reports whether the
// connection failed before the whole body had come.
func readSuccess(resp *http.Response, secrets []string, decode func([]byte) error) (again bool, bad *Error) {
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	mediaType, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")) // whatever its parameters are
	switch {
	case err != nil:
		bad = unusable(resp, "broke off: "+err.Error(), nil, secrets)
		for _, target := range []error{context.Canceled, context.DeadlineExceeded} {
			if errors.Is(err, target) {
				bad.contextErr = target
			}
		}
		return isConnection(err), bad
	case len(body) > maxBody:
		return false, unusable(resp, fmt.Sprintf("is over %d MiB", maxBody>>20), nil, secrets)
	case mediaType != "application/json":
		return false, unusable(resp, fmt.Sprintf("has Content-Type %q, not JSON", mediaType), body, secrets)
	}
	if err := decode(body); err != nil {
		return false, unusable(resp, err.Error(), body, secrets)
	}
	return false, nil
}

// unusable is the error of a success whose body cannot be used, and says why.
func unusable(resp *http.Response, why string, body []byte, secrets []string) *Error {
	return &Error{
		Status:    resp.StatusCode,
		Message:   excerpt([]byte("the response "+why), secrets),
		Details:   excerpt(body, secrets),
		RequestID: clean(resp.Header.Get("X-Request-Id"), secrets),
	}
}

// decode accepts fields that the contract does not have, and fields that are
// missing or null. A number that does not fit in 32 bits is 2147483647, as in the
// contract, so that a list does not fail because one session has a large buffer.
func decode[T any](body []byte) (T, error) {
	var v T
	err := json.Unmarshal(body, &v)
	if mismatch := (*json.UnmarshalTypeError)(nil); !errors.As(err, &mismatch) {
		return v, err
	}
	numbers := json.NewDecoder(bytes.NewReader(body))
	numbers.UseNumber()
	var tree any
	if err := numbers.Decode(&tree); err != nil {
		return v, err
	}
	clamped, err := json.Marshal(clamp(tree))
	if err != nil {
		return v, err
	}
	var fits T // v is half decoded
	err = json.Unmarshal(clamped, &fits)
	return fits, err
}

// clamp bounds the numbers of decoded JSON to what an int32 holds.
func clamp(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for name, v := range value {
			value[name] = clamp(v)
		}
	case []any:
		for i, v := range value {
			value[i] = clamp(v)
		}
	case json.Number:
		if n, _ := value.Float64(); n > math.MaxInt32 { // also where it is +Inf
			return math.MaxInt32
		}
	}
	return value
}
