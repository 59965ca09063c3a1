package signature

import (
	"net/url"
	"slices"
	"strings"
)

// maxParameters is as many as net/url reads of one query.
const maxParameters = 10_000

type parameter struct{ key, value string }

// appendQuery appends the parameters that url.ParseQuery reads of raw, sorted by
// key and then by value, as key=value. Sorted is what they say, not how it is
// encoded.
func appendQuery(b []byte, raw string) ([]byte, error) {
	if strings.Contains(raw, ";") { // once a separator: net/url drops what holds it, others split there
		return nil, ambiguous("the query has a semicolon")
	}
	var few [16]parameter
	parameters := few[:0]
	for more := raw != ""; more; {
		var pair string
		if pair, raw, more = strings.Cut(raw, "&"); pair == "" {
			continue
		}
		key, value, _ := strings.Cut(pair, "=")
		key, err := url.QueryUnescape(key)
		if err == nil {
			value, err = url.QueryUnescape(value)
		}
		if err != nil { // net/url would leave the parameter out
			return nil, ambiguous("the query has a percent sign without two digits")
		}
		if len(parameters) == maxParameters {
			return nil, ambiguous("the query has too many parameters")
		}
		parameters = append(parameters, parameter{key, value})
	}
	slices.SortFunc(parameters, func(x, y parameter) int {
		if by := strings.Compare(x.key, y.key); by != 0 {
			return by
		}
		return strings.Compare(x.value, y.value)
	})
	for i, p := range parameters {
		if i > 0 {
			b = append(b, '&')
		}
		b = append(appendEncoded(b, p.key, unreserved), '=')
		b = appendEncoded(b, p.value, unreserved)
	}
	return b, nil
}
