package signature

import (
	"errors"
	"fmt"
	"log/slog"
)

// A Key is what a client signs with. However it is printed, logged or encoded,
// only AccessKeyID, Region and Service show, with one exception: fmt cannot ask a Key
// that another struct holds in an unexported field. Do not print such a struct.
type Key struct {
	AccessKeyID string // the access key id (AK)
	SecretKey   string // the secret access key (SK)

	// SecurityToken comes with a temporary key; empty for a permanent one.
	SecurityToken string

	// Region and Service make the algorithm V11-HMAC-SHA256. Both empty, it is
	// SDK-HMAC-SHA256.
	Region, Service string
}

// Validate returns an error that says what Sign would miss in k.
func (k Key) Validate() error {
	switch {
	case k.AccessKeyID == "":
		return errors.New("signature: the key has no access key id")
	case k.SecretKey == "":
		return errors.New("signature: the key has no secret")
	case (k.Region == "") != (k.Service == ""):
		return errors.New("signature: the key has only one of region and service")
	case !nameLetter.all(k.AccessKeyID + k.Region + k.Service):
		return errors.New("signature: the key has a comma, a slash, white space or a letter outside ASCII in its access key id, region or service")
	}
	return nil
}

// String returns k without its secrets.
func (k Key) String() string {
	if k.Region == "" && k.Service == "" {
		return "Key(" + k.AccessKeyID + ")"
	}
	return "Key(" + k.AccessKeyID + "/" + k.Region + "/" + k.Service + ")"
}

// Format writes String for every verb: %d and %#v would show the fields.
func (k Key) Format(s fmt.State, _ rune) { fmt.Fprint(s, k.String()) }

// GoString returns String.
func (k Key) GoString() string { return k.String() }

// LogValue returns String.
func (k Key) LogValue() slog.Value { return slog.StringValue(k.String()) }

// MarshalText returns String, for encoding/json and the like.
func (k Key) MarshalText() ([]byte, error) { return []byte(k.String()), nil }
