package filter

import (
	"errors"
	"slices"
	"unicode/utf8"
)

// A glob is a pattern: * matches any characters, ? one character, [a-z] one of a
// range, [^a-z] one outside it, and \ takes the next character literally. Package
// path has such patterns too, but its * stops at a slash, which a client's name may
// contain, and it cannot say whether an address can match.
type glob []globPart

// A globPart matches any characters (star), or one that is in the ranges.
type globPart struct {
	star   bool
	not    bool
	ranges [][2]rune
}

func (p globPart) matches(r rune) bool {
	in := slices.ContainsFunc(p.ranges, func(of [2]rune) bool { return of[0] <= r && r <= of[1] })
	return in != p.not
}

// matchesOneOf reports whether p matches a character that is in a set.
func (p globPart) matchesOneOf(in func(rune) bool) bool {
	if p.not {
		for r := '!'; r <= '~'; r++ {
			if in(r) && p.matches(r) {
				return true
			}
		}
		return false
	}
	for _, of := range p.ranges {
		for r := of[0]; r <= of[1]; r++ {
			if in(r) {
				return true
			}
		}
	}
	return false
}

// parseGlob refuses an incomplete pattern, because that is a typo.
func parseGlob(text string) (glob, error) {
	var g glob
	for text != "" {
		r, rest, escaped, err := globRune(text)
		if err != nil {
			return nil, err
		}
		text = rest
		switch {
		case escaped:
			g = append(g, globPart{ranges: [][2]rune{{r, r}}})
		case r == '*':
			g = append(g, globPart{star: true})
		case r == '?':
			g = append(g, globPart{not: true}) // not one of none
		case r == ']':
			return nil, errors.New(`there is no [ before ]; write \] for the character`)
		case r == '[':
			class, after, err := parseClass(text)
			if err != nil {
				return nil, err
			}
			g, text = append(g, class), after
		default:
			g = append(g, globPart{ranges: [][2]rune{{r, r}}})
		}
	}
	return g, nil
}

// parseClass reads what follows a [, up to its ].
func parseClass(text string) (class globPart, rest string, err error) {
	if text != "" && text[0] == '^' {
		class.not, text = true, text[1:]
	}
	for {
		if text == "" {
			return class, "", errors.New(`there is no ] after [; write \[ for the character`)
		}
		from, after, escaped, err := globRune(text)
		if err != nil {
			return class, "", err
		}
		text = after
		if !escaped {
			switch from {
			case ']':
				if class.ranges == nil {
					return class, "", errors.New("[] is empty")
				}
				return class, text, nil
			case '[', '-', '^':
				return class, "", errors.New(`inside [ ], write \[, \- and \^ for [, - and ^`)
			}
		}
		to := from
		if len(text) > 1 && text[0] == '-' && text[1] != ']' {
			if to, text, _, err = globRune(text[1:]); err != nil {
				return class, "", err
			}
			if to < from {
				return class, "", errors.New("a range in [ ] runs backwards")
			}
		}
		class.ranges = append(class.ranges, [2]rune{from, to})
	}
}

// globRune returns the first character of a pattern, without a \ before it.
func globRune(text string) (r rune, rest string, escaped bool, err error) {
	if text[0] == '\\' {
		if text = text[1:]; text == "" {
			return 0, "", false, errors.New(`there is no character after \; write \\ for the character`)
		}
		escaped = true
	}
	r, n := utf8.DecodeRuneInString(text)
	return r, text[n:], escaped, nil
}

// matches reports whether the pattern matches the whole text. It follows all
// positions at once, so that no pattern takes exponential time.
func (g glob) matches(text string) bool {
	at := g.start()
	for _, r := range text {
		if at = g.after(at, r); len(at) == 0 {
			return false
		}
	}
	return g.ends(at)
}

// start returns the positions in the pattern before any character. after returns
// the positions that a character leads to. ends reports whether one of them is
// the end. Positions are sorted.
func (g glob) start() []int { return g.skipStars(nil, 0) }

func (g glob) after(at []int, r rune) []int {
	var next []int
	for _, i := range at {
		switch {
		case i == len(g):
		case g[i].star:
			next = g.skipStars(next, i)
		case g[i].matches(r):
			next = g.skipStars(next, i+1)
		}
	}
	slices.Sort(next)
	return slices.Compact(next)
}

func (g glob) ends(at []int) bool { return slices.Contains(at, len(g)) }

// skipStars adds position i, and those after each star there, because a star
// may match nothing.
func (g glob) skipStars(at []int, i int) []int {
	at = append(at, i)
	for i < len(g) && g[i].star {
		i++
		at = append(at, i)
	}
	return at
}
