package signature

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// scope returns the scope of a V11 key: <yyyymmdd>/<region>/<service>.
func (a *Authorization) scope() string {
	return a.date[:len("yyyymmdd")] + "/" + a.Region + "/" + a.Service
}

// deriveKey returns the HMAC key of V11-HMAC-SHA256: HKDF-SHA256 (RFC 5869) of
// the secret key, salted with the access key ID, for the scope. The HMAC key is
// the hex text, not the bytes.
func deriveKey(accessKeyID, secretKey, scope string) ([]byte, error) {
	key, err := hkdf.Key(sha256.New, []byte(secretKey), []byte(accessKeyID), scope, sha256.Size)
	if err != nil {
		return nil, err
	}
	return hex.AppendEncode(nil, key), nil
}

// readCredential reads <access key ID>/<yyyymmdd>/<region>/<service> into a, and
// returns the day.
func (a *Authorization) readCredential(credential string) (day string, ok bool) {
	var rest string
	if a.AccessKeyID, rest, ok = strings.Cut(credential, "/"); !ok {
		return "", false
	}
	if day, rest, ok = strings.Cut(rest, "/"); !ok || len(day) != len("yyyymmdd") {
		return "", false
	}
	if a.Region, a.Service, ok = strings.Cut(rest, "/"); !ok {
		return "", false
	}
	return day, nameChar.nonEmpty(a.Region) && nameChar.nonEmpty(a.Service)
}
