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

// maxAnswer is how large the body of a success may be, in bytes: that of a page
// of 1000 sessions is under one MiB.
const maxAnswer = 16 << 20

// ask is do for an answer with a body. missing names what of it there must be
// and is not; it returns "" where all is there.
func ask[T any](ctx context.Context, c *Client, k *call, missing func(T) string) (T, error) {
	var answer T
	k.take = func(body []byte) error {
		got, err := decode[T](body)
		if err != nil {
			return fmt.Errorf("is not the JSON that it should be: %w", err)
		}
		if name := missing(got); name != "" {
			return fmt.Errorf("lacks %s", name)
		}
		answer = got
		return nil
	}
	err := c.do(ctx, k)
	return answer, err
}

// takeAnswer reads the body of a success and hands it to take. What is wrong
// with it is an *Error, for the server did answer; again tells that the
// connection failed before all was there.
func takeAnswer(resp *http.Response, secrets []string, take func([]byte) error) (again bool, bad *Error) {
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	mediaType, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")) // whatever its parameters are
	switch {
	case err != nil:
		bad = unusable(resp, "broke off: "+err.Error(), nil, secrets)
		for _, ended := range []error{context.Canceled, context.DeadlineExceeded} {
			if errors.Is(err, ended) {
				bad.ended = ended
			}
		}
		return isConnection(err), bad
	case len(body) > maxAnswer:
		return false, unusable(resp, fmt.Sprintf("is over %d MiB", maxAnswer>>20), nil, secrets)
	case mediaType != "application/json":
		return false, unusable(resp, fmt.Sprintf("has Content-Type %q, not JSON", mediaType), body, secrets)
	}
	if err := take(body); err != nil {
		return false, unusable(resp, err.Error(), body, secrets)
	}
	return false, nil
}

// unusable is the error of a success whose body is not what it should be.
func unusable(resp *http.Response, what string, body []byte, secrets []string) *Error {
	return &Error{
		Status:    resp.StatusCode,
		Message:   excerpt([]byte("the answer "+what), secrets),
		Details:   excerpt(body, secrets),
		RequestID: clean(resp.Header.Get("X-Request-Id"), secrets),
	}
}

// decode takes what has fields too many, too few or null. A counter that does
// not fit is 2147483647, as the contract has it: one session with a large buffer
// is no reason to list none.
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
	var fits T // v holds half of it
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
