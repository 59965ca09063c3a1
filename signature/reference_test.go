package signature_test

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// This is a second implementation of the scheme, written from its description with
// net/url's parsers and without regard to speed. It does not support requests that
// the package refuses.

func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

func sha256Hex(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

func referenceCanonical(r *http.Request, signed []string, body []byte) string {
	var segments []string
	for segment := range strings.SplitSeq(r.URL.EscapedPath(), "/") {
		plain, err := url.PathUnescape(segment)
		if err != nil {
			panic(err)
		}
		segments = append(segments, escape(plain))
	}
	path := strings.Join(segments, "/")
	if !strings.HasSuffix(path, "/") {
		path += "/"
	}
	var pairs []string
	query, _ := url.ParseQuery(r.URL.RawQuery)
	for _, key := range slices.Sorted(maps.Keys(query)) {
		for _, value := range slices.Sorted(slices.Values(query[key])) {
			pairs = append(pairs, escape(key)+"="+escape(value))
		}
	}
	headers := ""
	for _, name := range signed {
		value := r.Header.Get(name)
		if name == "host" {
			value = cmp.Or(r.Host, r.URL.Host)
		}
		headers += name + ":" + strings.Trim(value, " \t") + "\n"
	}
	return strings.Join([]string{cmp.Or(r.Method, "GET"), path, strings.Join(pairs, "&"), headers, strings.Join(signed, ";"), sha256Hex(string(body))}, "\n")
}

func referenceSignature(canonical, date, secret string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("SDK-HMAC-SHA256\n" + date + "\n" + sha256Hex(canonical)))
	return hex.EncodeToString(mac.Sum(nil))
}
