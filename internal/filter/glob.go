package main

import (
	"errors"
	"slices"
	"unicode/utf8"
)

// A glob is a pattern in which * stands for anything, ? for one character,
// [a-z] for one of these, [^a-z] for another than these, and \ takes what comes
// after it as it is.
type glob []globPart

// A globPart is one character that is in one of the ranges, or any characters.
type globPart struct {
	star   bool
	not    bool
	ranges [][2]rune
}

func (p globPart) takes(r rune) bool {
	in := slices.ContainsFunc(p.ranges, func(of [2]rune) bool { return of[0] <= r && r <= of[1] })
	return in != p.not
}

// parseGlob refuses what is only half a pattern: that is a typo.
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
			g = append(g, globPart{not: true}) // other than none
		case r == ']':
			return nil, errors.New(`a ] has no [ before it; \] is the character itself`)
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

// parseClass reads what comes after a [.
func parseClass(text string) (class globPart, rest string, err error) {
	unbalanced := errors.New(`a [ has no ] after it; \[ is the character itself`)
	if text != "" && text[0] == '^' {
		class.not, text = true, text[1:]
	}
	for {
		if text == "" {
			return class, "", unbalanced
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
					return class, "", errors.New("a [] has nothing in it")
				}
				return class, text, nil
			case '[', '-', '^':
				return class, "", errors.New(`in [ ], write [, - and ^ as \[, \- and \^`)
			}
		}
		to := from
		if len(text) > 1 && text[0] == '-' && text[1] != ']' {
			if to, text, _, err = globRune(text[1:]); err != nil {
				return class, "", err
			}
			if to < from {
				return class, "", errors.New("a range in [ ] goes backwards")
			}
		}
		class.ranges = append(class.ranges, [2]rune{from, to})
	}
}

// globRune returns the first character of a pattern, without the \ before it.
func globRune(text string) (r rune, rest string, escaped bool, err error) {
	if text[0] == '\\' {
		if text = text[1:]; text == "" {
			return 0, "", false, errors.New(`a \ has nothing after it; \\ is the character itself`)
		}
		escaped = true
	}
	r, n := utf8.DecodeRuneInString(text)
	return r, text[n:], escaped, nil
}

// matches reports whether all of text is of the pattern.
func (g glob) matches(text string) bool {
	at := g.start()
	for _, r := range text {
		if at = g.after(at, r); len(at) == 0 {
			return false
		}
	}
	return g.ends(at)
}

// start returns where in the pattern one can be before any character; after,
// where one can be after a character from there; and ends, whether that is the
// end. The positions are sorted.
func (g glob) start() []int { return g.spread(nil, 0) }

func (g glob) after(at []int, r rune) []int {
	var next []int
	for _, i := range at {
		switch {
		case i == len(g):
		case g[i].star:
			next = g.spread(next, i)
		case g[i].takes(r):
			next = g.spread(next, i+1)
		}
	}
	slices.Sort(next)
	return slices.Compact(next)
}

func (g glob) ends(at []int) bool { return slices.Contains(at, len(g)) }

// spread adds i, and what comes after the stars there.
func (g glob) spread(at []int, i int) []int {
	at = append(at, i)
	for i < len(g) && g[i].star {
		i++
		at = append(at, i)
	}
	return at
}
