package filter

import (
	"fmt"
	"math/big"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// referenceFilter parses an expression by regular expressions. ok is false if it
// is not valid.
func referenceFilter(expression string) (matches Filter, ok bool) {
	parts := compiled(`^([a-z_]+)(=|!=|<|<=|>|>=)((?:[^=!<>~].*)?)$`).FindStringSubmatch(expression)
	if parts == nil || !compiled(`^[\p{L}\p{M}\p{N}\p{P}\p{S}]*$`).MatchString(parts[3]) {
		return nil, false
	}
	i := slices.IndexFunc(fields, func(f *Field) bool { return f.Name == parts[1] })
	if i < 0 {
		return nil, false
	}
	f, op, want := fields[i], parts[2], parts[3]
	if f.IsNumeric() {
		n := referenceNumber(f, want)
		if n == nil {
			return nil, false
		}
		return func(s Session) bool {
			have, known := s.Number(f.Name)
			order := big.NewInt(have).Cmp(n)
			return known && (strings.Contains(op, "<") && order < 0 || strings.Contains(op, ">") && order > 0 ||
				strings.HasSuffix(op, "=") && op != "!=" && order == 0 || op == "!=" && order != 0)
		}, true
	}
	is := referenceText(f, want)
	if is == nil || op != "=" && op != "!=" {
		return nil, false
	}
	return func(s Session) bool {
		text, known := s.Text(f.Name)
		if f.Kind == Address {
			known = known && referenceAddrPort(text) != nil
		}
		return known && is(text) == (op == "=")
	}, true
}

func referenceNumber(f *Field, want string) *big.Int {
	form := `(0|[1-9]\d*)`
	units := map[string]int64{"": 1}
	switch {
	case f.Name == "multi" && want == "-1":
		return big.NewInt(-1)
	case f.Kind == Seconds && compiled(`[dhms]`).MatchString(want):
		form = `(?:(0|[1-9]\d*)d)?(?:(0|[1-9]\d*)h)?(?:(0|[1-9]\d*)m)?(?:(0|[1-9]\d*)s)?`
	case f.Kind == Size:
		form = `(0|[1-9]\d*)(?:[kKmMgG]?)[bB]?`
		units = map[string]int64{"k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
	}
	parts := compiled(`^` + form + `$`).FindStringSubmatch(want)
	if parts == nil {
		return nil
	}
	total := new(big.Int)
	for i, digits := range parts[1:] {
		if digits == "" {
			continue
		}
		n, _ := new(big.Int).SetString(digits, 10)
		unit := int64(1)
		if len(parts) == 5 {
			unit = []int64{86400, 3600, 60, 1}[i]
		} else if f.Kind == Size {
			for letter, of := range units {
				if strings.Contains(strings.ToLower(want), letter) {
					unit = of
				}
			}
		}
		total.Add(total, n.Mul(n, big.NewInt(unit)))
	}
	low, high := int64(0), int64(2147483647)
	if f.Name == "id" {
		low, high = 1, 9223372036854775807
	}
	if total.Cmp(big.NewInt(low)) < 0 || total.Cmp(big.NewInt(high)) > 0 {
		return nil
	}
	return total
}

func referenceText(f *Field, want string) func(string) bool {
	switch {
	case f.Name == "protected":
		if want != "true" && want != "false" {
			return nil
		}
		return func(text string) bool { return strconv.FormatBool(text != "") == want }
	case f.Kind == Letters:
		return referenceLetters(f, want)
	case f.Kind == Address:
		return referenceAddress(want)
	case want == "" && f.Name != "name":
		return nil
	}
	charset := map[string]string{"node": `[A-Za-z0-9_-]`, "name": `[!-~]`, "user": `\S`, "network": `\S`, "cmd": `[A-Za-z0-9_|.:-]`}[f.Name]
	whole, parts := referencePattern(want)
	if whole == nil {
		return nil
	}
	one := compiled(`^` + charset + `$`)
	for _, part := range parts { // each must match a character that the field can have
		can := one.MatchString("ü") && part.MatchString("ü")
		for r := '!'; r <= '~'; r++ {
			can = can || one.MatchString(string(r)) && part.MatchString(string(r))
		}
		if !can {
			return nil
		}
	}
	if f.Name == "cmd" {
		whole, _ = referencePattern(strings.ToLower(want))
		return func(text string) bool { return whole.MatchString(strings.ToLower(text)) }
	}
	return whole.MatchString
}

var referenceToken = regexp.MustCompile(`^(?:\*|\?|\\.|[^][\\*?]|\[\^?(?:(?:\\.|[^][\\^-])(?:-(?:\\.|[^\\\]]))?)+\])`)

// referencePattern translates a pattern into a regular expression. parts are its
// characters, without the stars.
func referencePattern(want string) (whole *regexp.Regexp, parts []*regexp.Regexp) {
	text := ""
	for want != "" {
		token := referenceToken.FindString(want)
		if token == "" {
			return nil, nil
		}
		want = want[len(token):]
		part := token
		switch {
		case token == "*":
			text += `.*`
			continue
		case token == "?":
			part = `.`
		case token[0] == '\\':
			part = regexp.QuoteMeta(token[1:])
		case token[0] != '[' || len(token) == 1:
			part = regexp.QuoteMeta(token)
		default:
			part = compiled(`\\(.)`).ReplaceAllStringFunc(token, func(e string) string { return fmt.Sprintf(`\x{%x}`, []rune(e)[1]) })
			part = strings.ReplaceAll(part, `-[`, `-\[`)
		}
		one, err := compile(`(?s)^` + part + `$`)
		if err != nil { // such as a range that runs backwards
			return nil, nil
		}
		parts = append(parts, one)
		text += part
	}
	return compiled(`(?s)^` + text + `$`), parts
}

func referenceLetters(f *Field, want string) func(string) bool {
	asked := strings.Split(strings.ReplaceAll(want, "*", ""), "")
	if want == "" && f.Name == "flags" {
		return nil
	}
	known := map[string]string{"flags": "[AbBcdeEgiIMNOPrRStTuUx]", "events": "[rw]"}[f.Name]
	for i, letter := range asked {
		if !compiled(known).MatchString(letter) || slices.Contains(asked[:i], letter) || letter == "N" && len(asked) > 1 {
			return nil
		}
	}
	return func(text string) bool {
		have := strings.Split(text, "")
		missing := slices.ContainsFunc(asked, func(l string) bool { return !slices.Contains(have, l) })
		more := slices.ContainsFunc(have, func(l string) bool { return !slices.Contains(asked, l) })
		return !missing && (!more || strings.Contains(want, "*"))
	}
}

// referenceAddrPort returns nil if the text is not an ip:port.
func referenceAddrPort(text string) *net.TCPAddr {
	host, port, err := net.SplitHostPort(text)
	ip := net.ParseIP(host)
	n, numeric := strconv.Atoi(port)
	if err != nil || ip == nil || numeric != nil || n < 1 || n > 65535 || strings.Contains(text, "[") != strings.Contains(host, ":") {
		return nil
	}
	return &net.TCPAddr{IP: ip, Port: n}
}

func referenceAddress(want string) func(string) bool {
	of := func(is func(*net.TCPAddr) bool) func(string) bool {
		return func(text string) bool { return is(referenceAddrPort(text)) }
	}
	if strings.Contains(want, "/") {
		ip, network, err := net.ParseCIDR(want)
		if err != nil || !ip.Equal(network.IP) || compiled(`/0\d`).MatchString(want) || strings.Contains(want, ":") && ip.To4() != nil {
			return nil
		}
		return of(func(a *net.TCPAddr) bool {
			return (a.IP.To4() != nil) == (ip.To4() != nil) && network.Contains(a.IP)
		})
	}
	if ip := net.ParseIP(want); ip != nil {
		return of(func(a *net.TCPAddr) bool { return a.IP.Equal(ip) })
	}
	if exact := referenceAddrPort(want); exact != nil && compiled(`:[1-9]\d*$`).MatchString(want) {
		return of(func(a *net.TCPAddr) bool { return a.IP.Equal(exact.IP) && a.Port == exact.Port })
	}
	if !strings.ContainsAny(want, "*?[") {
		return nil
	}
	if strings.HasPrefix(want, "[") {
		host, port, _ := strings.Cut(want[1:], "]:")
		ip := net.ParseIP(host)
		pattern, _ := referencePattern(port)
		if ip == nil || !strings.Contains(host, ":") || pattern == nil || !matchesOneOf(port, allPorts()) {
			return nil
		}
		return of(func(a *net.TCPAddr) bool { return a.IP.Equal(ip) && pattern.MatchString(strconv.Itoa(a.Port)) })
	}
	pattern, _ := referencePattern(want)
	if pattern == nil || !canMatchIPv4ByTrying(want) {
		return nil
	}
	return of(func(a *net.TCPAddr) bool {
		return pattern.MatchString(a.String()) || pattern.MatchString(a.IP.String())
	})
}

var allPortTexts []string

func allPorts() []string {
	for n := 1; n <= 65535 && len(allPortTexts) < 65535; n++ {
		allPortTexts = append(allPortTexts, strconv.Itoa(n))
	}
	return allPortTexts
}

var (
	oneMatches = map[string]bool{}
	compiles   = map[string]*regexp.Regexp{}
)

// matchesOneOf reports whether a pattern matches one of the texts. It caches the
// result, because most patterns have parts in common with others.
func matchesOneOf(pattern string, texts []string) bool {
	key := pattern + strconv.Itoa(len(texts))
	matches, known := oneMatches[key]
	if !known {
		expression, _ := referencePattern(pattern)
		matches = slices.ContainsFunc(texts, expression.MatchString)
		oneMatches[key] = matches
	}
	return matches
}

// compile caches the patterns that it has compiled.
func compile(pattern string) (*regexp.Regexp, error) {
	if r := compiles[pattern]; r != nil {
		return r, nil
	}
	r, err := regexp.Compile(pattern)
	compiles[pattern] = r
	return r, err
}

func compiled(pattern string) *regexp.Regexp {
	r, err := compile(pattern)
	if err != nil {
		panic(err)
	}
	return r
}

// canMatchIPv4ByTrying splits the pattern at each place where an octet or the port
// may begin, in every possible way, and tries all octets and ports.
func canMatchIPv4ByTrying(want string) bool {
	var tokens []string
	for rest := want; rest != ""; {
		token := referenceToken.FindString(rest)
		tokens, rest = append(tokens, token), rest[len(token):]
	}
	canBe := func(tokens []string, texts []string) bool { return matchesOneOf(strings.Join(tokens, ""), texts) }
	octets := []string{"0"}
	for n := 1; n <= 255; n++ {
		octets = append(octets, strconv.Itoa(n))
	}
	var parts func(tokens []string, part int) bool
	parts = func(tokens []string, part int) bool {
		if part == 3 && canBe(tokens, octets) || part == 4 && canBe(tokens, allPorts()) {
			return true
		}
		if part == 4 {
			return false
		}
		separator := []string{".", ".", ".", ":"}[part]
		for i := range tokens {
			one, _ := referencePattern(tokens[i])
			switch {
			case tokens[i] == "*": // the star contains the separator, or reaches into both parts
				if canBe(tokens[:i+1], octets) && parts(tokens[i:], part+1) {
					return true
				}
			case one.MatchString(separator):
				if canBe(tokens[:i], octets) && parts(tokens[i+1:], part+1) {
					return true
				}
			}
		}
		return false
	}
	return parts(tokens, 0)
}
