package signature

import (
	"net/url"
	"slices"
	"strings"
)

// maxParameters is net/url's own limit.
const maxParameters = 10_000

type parameter struct{ key, value string }

// appendQuery appends the parameters that [url.ParseQuery] reads from raw as
// key=value, sorted by decoded key and then by decoded value.
func appendQuery(b []byte, raw string) ([]byte, error) {
	if strings.Contains(raw, ";") { // once a separator: net/url drops such parameters, others split them
		return nil, ambiguous("the query has a semicolon")
	}
	var buf [16]parameter
	parameters := buf[:0]
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
		if err != nil { // net/url would drop the parameter
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
