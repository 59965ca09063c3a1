package fastpath

// character returns the size of the character of UTF-8 (RFC 3629, section 4)
// that begins at i with a byte that is not ordinary; 0 where there is none.
func (s *scan[T]) character(i int) int {
	size, low, high := 0, byte(0x80), byte(0xbf) // of the second byte
	switch c := s.text[i]; {
	case c < 0xc2: // a control, a byte from the middle, an overlong form
		return 0
	case c < 0xe0:
		size = 2
	case c < 0xf0:
		size = 3
		switch c {
		case 0xe0: // overlong
			low = 0xa0
		case 0xed: // surrogates
			high = 0x9f
		}
	case c < 0xf5:
		size = 4
		switch c {
		case 0xf0: // overlong
			low = 0x90
		case 0xf4: // beyond U+10FFFF
			high = 0x8f
		}
	default:
		return 0
	}
	if len(s.text)-i < size || s.text[i+1] < low || s.text[i+1] > high {
		return 0
	}
	for j := i + 2; j < i+size; j++ {
		if s.text[j]&0xc0 != 0x80 {
			return 0
		}
	}
	return size
}

// escape returns the size of the escape at i, or of the two that make a
// surrogate pair, which is one character; 0 where there is none, or a NUL.
func (s *scan[T]) escape(i int) int {
	if i+1 == len(s.text) {
		return 0
	}
	switch s.text[i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	}
	switch unit := s.unit(i); {
	case unit <= 0 || 0xdc00 <= unit && unit <= 0xdfff: // none, a NUL, or a second half alone
		return 0
	case unit < 0xd800 || unit > 0xdfff:
		return 6
	}
	if second := s.unit(i + 6); second < 0xdc00 || second > 0xdfff {
		return 0
	}
	return 12
}

// unit reads \uXXXX; -1 where it is not there.
func (s *scan[T]) unit(i int) (unit int) {
	if len(s.text)-i < 6 || s.text[i] != '\\' || s.text[i+1] != 'u' {
		return -1
	}
	for j := i + 2; j < i+6; j++ {
		switch c := s.text[j]; {
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
