package signature

import (
	"encoding"
	"errors"
	"fmt"
	"log/slog"
)

// A Key is what a client signs with. If it is printed, logged or encoded, only
// AccessKeyID, Region and Service appear. There is one exception: fmt does not call
// the methods of a Key in an unexported field of another struct. Do not print such
// a struct.
type Key struct {
	AccessKeyID string // AK
	SecretKey   string // SK

	// SecurityToken belongs to a temporary key. It is empty for a permanent one.
	SecurityToken string

	// Region and Service select V11-HMAC-SHA256. If both are empty, the algorithm is
	// SDK-HMAC-SHA256.
	Region, Service string
}

// Validate returns an error if [Sign] cannot use k.
func (k Key) Validate() error {
	switch {
	case k.AccessKeyID == "":
		return errors.New("signature: the key has no access key ID")
	case k.SecretKey == "":
		return errors.New("signature: the key has no secret key")
	case (k.Region == "") != (k.Service == ""):
		return errors.New("signature: the key has only one of region and service")
	case !nameChar.all(k.AccessKeyID + k.Region + k.Service):
		return errors.New("signature: the key has a comma, a slash, white space or a non-ASCII character in its access key ID, region or service")
	}
	return nil
}

var (
	_ fmt.Formatter          = Key{}
	_ fmt.GoStringer         = Key{}
	_ slog.LogValuer         = Key{}
	_ encoding.TextMarshaler = Key{}
)

// String returns k without its secrets.
func (k Key) String() string {
	if k.Region == "" && k.Service == "" {
		return "Key(" + k.AccessKeyID + ")"
	}
	return "Key(" + k.AccessKeyID + "/" + k.Region + "/" + k.Service + ")"
}

// Format writes [Key.String] for every verb, because %d and %#v would print the
// fields.
func (k Key) Format(s fmt.State, _ rune) { fmt.Fprint(s, k.String()) }

// GoString returns [Key.String].
func (k Key) GoString() string { return k.String() }

// LogValue returns [Key.String].
func (k Key) LogValue() slog.Value { return slog.StringValue(k.String()) }

// MarshalText returns [Key.String], for encoding/json and similar packages.
func (k Key) MarshalText() ([]byte, error) { return []byte(k.String()), nil }
