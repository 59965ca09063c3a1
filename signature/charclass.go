package signature

// letters are classes that a byte may be of.
type letters uint8

const (
	unreserved  letters = 1 << iota // RFC 3986, 2.3: never encoded
	token                           // RFC 9110, 5.6.2: a method, or a header's name
	lowerToken                      // the same without upper case
	hostLetter                      // RFC 3986, 3.2.2, and a port, without the percent sign of encoded names and zones
	nameLetter                      // what may stand between the slashes and commas of Authorization
	valueLetter                     // RFC 9110, 5.5: a header's value
	lowerHex                        // a signature
	slash
)

var classOf = func() (class [256]letters) {
	add := func(l letters, set string) {
		for i := range len(set) {
			class[set[i]] |= l
		}
	}
	const lower, upper, digits = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"
	add(unreserved, lower+upper+digits+"-._~")
	add(token, lower+upper+digits+"!#$%&'*+-.^_`|~")
	add(lowerToken, lower+digits+"!#$%&'*+-.^_`|~")
	add(hostLetter, lower+upper+digits+"-._~!$&'()*+,;=:[]")
	add(lowerHex, digits+"abcdef")
	add(slash, "/")
	for c := range len(class) {
		if c > ' ' && c < 0x7f && c != ',' && c != '/' {
			class[c] |= nameLetter
		}
		if c >= ' ' && c != 0x7f || c == '\t' {
			class[c] |= valueLetter
		}
	}
	return class
}()

// all tells whether every byte of s is of l. An empty s is.
func (l letters) all(s string) bool {
	for i := range len(s) {
		if classOf[s[i]]&l == 0 {
			return false
		}
	}
	return true
}

// word is all, for what may not be empty.
func (l letters) word(s string) bool { return s != "" && l.all(s) }
