package jsontoken

// CharLen returns the size of the UTF-8 character of two to four bytes (RFC
// 3629, section 4) that begins at i, or 0 if there is none. Package unicode/utf8
// has no function for both types of texts, and takes up to three times as long.
func CharLen[T Text](text T, i int) int {
	size, low, high := 0, byte(0x80), byte(0xbf) // low and high bound the second byte
	switch c := text[i]; {
	case c < 0xc2: // ASCII, a continuation byte, or an overlong form
		return 0
	case c < 0xe0:
		size = 2
	case c < 0xf0:
		size = 3
		switch c {
		case 0xe0: // overlong forms
			low = 0xa0
		case 0xed: // surrogates
			high = 0x9f
		}
	case c < 0xf5:
		size = 4
		switch c {
		case 0xf0: // overlong forms
			low = 0x90
		case 0xf4: // beyond U+10FFFF
			high = 0x8f
		}
	default:
		return 0
	}
	if len(text)-i < size || text[i+1] < low || text[i+1] > high {
		return 0
	}
	for j := i + 2; j < i+size; j++ {
		if text[j]&0xc0 != 0x80 {
			return 0
		}
	}
	return size
}

// EscapeLen returns the size of the escape whose backslash stands at i. A
// surrogate pair counts as one escape. It returns 0 for what parsers read in
// different ways: an unknown escape, a lone surrogate, and NUL.
func EscapeLen[T Text](text T, i int) int {
	if i+1 == len(text) {
		return 0
	}
	switch text[i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	}
	switch unit := codeUnit(text, i); {
	case unit <= 0 || 0xdc00 <= unit && unit <= 0xdfff: // no escape, NUL, or a low surrogate alone
		return 0
	case unit < 0xd800 || unit > 0xdfff:
		return 6
	}
	if low := codeUnit(text, i+6); low < 0xdc00 || low > 0xdfff {
		return 0
	}
	return 12
}

// codeUnit reads the UTF-16 code unit that \uXXXX at i stands for. It returns -1
// if there is none.
func codeUnit[T Text](text T, i int) (unit int) {
	if len(text)-i < 6 || text[i] != '\\' || text[i+1] != 'u' {
		return -1
	}
	for j := i + 2; j < i+6; j++ {
		switch c := text[j]; {
		case '0' <= c && c <= '9':
			unit = unit<<4 | int(c-'0')
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			unit = unit<<4 | int(c|0x20-'a'+10)
		default:
			return -1
		}
	}
	return unit
}
