package signature

// A charClass is a set of character classes, one bit each.
type charClass uint8

const (
	unreserved charClass = 1 << iota // RFC 3986, 2.3: never percent-encoded
	token                            // RFC 9110, 5.6.2: a method, or a header's name
	lowerToken                       // token without upper case
	hostChar                         // RFC 3986, 3.2.2: a host with a port, without "%"
	nameChar                         // a part of Authorization between slashes and commas
	valueChar                        // RFC 9110, 5.5: a header's value
	lowerHex                         // a signature
	slash
)

// classesOf holds the classes of each byte.
var classesOf = func() (classes [256]charClass) {
	add := func(c charClass, chars string) {
		for i := range len(chars) {
			classes[chars[i]] |= c
		}
	}
	const lower, upper, digits = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"
	add(unreserved, lower+upper+digits+"-._~")
	add(token, lower+upper+digits+"!#$%&'*+-.^_`|~")
	add(lowerToken, lower+digits+"!#$%&'*+-.^_`|~")
	add(hostChar, lower+upper+digits+"-._~!$&'()*+,;=:[]")
	add(lowerHex, digits+"abcdef")
	add(slash, "/")
	for b := range len(classes) {
		if b > ' ' && b < 0x7f && b != ',' && b != '/' {
			classes[b] |= nameChar
		}
		if b >= ' ' && b != 0x7f || b == '\t' {
			classes[b] |= valueChar
		}
	}
	return classes
}()

// all reports whether every byte of s is in c. It is true for an empty s.
func (c charClass) all(s string) bool {
	for i := range len(s) {
		if classesOf[s[i]]&c == 0 {
			return false
		}
	}
	return true
}

// nonEmpty reports whether s is not empty and every byte of it is in c.
func (c charClass) nonEmpty(s string) bool { return s != "" && c.all(s) }
