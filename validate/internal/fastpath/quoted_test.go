package fastpath

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Each start of a character is compared with unicode/utf8.
func TestCharactersAreThoseOfUTF8(t *testing.T) {
	edges := []byte{0x00, '"', 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff}
	for first := 0x80; first < 0x100; first++ {
		for second := range 0x100 {
			for _, third := range edges {
				for _, fourth := range edges {
					text := []byte{byte(first), byte(second), third, fourth}
					for size := 1; size <= 4; size++ {
						s := scan[[]byte]{text: text[:size]}
						r, want := utf8.DecodeRune(text[:size])
						if r == utf8.RuneError && want == 1 {
							want = 0
						}
						if got := s.character(0); got != want {
							require.Equal(t, want, got, "% x", text[:size])
						}
					}
				}
			}
		}
	}
}

// Each unit alone, and each before some others: what is accepted is what
// encoding/json decodes to itself, and not to U+FFFD or NUL.
func TestEscapesAreThoseOfJSON(t *testing.T) {
	p := &Program{root: &node{text: &text{max: 1}}} // one character
	for unit := range 0x10000 {
		alone := fmt.Sprintf(`"\u%04x"`, unit)
		surrogate := 0xd800 <= unit && unit <= 0xdfff
		if p.JSONString(alone) != (unit != 0 && !surrogate) {
			require.Fail(t, alone)
		}
		for _, second := range []int{0x0041, 0xd7ff, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0xe000} {
			pair := fmt.Sprintf(`"\u%04X\u%04X"`, unit, second)
			isPair := 0xd800 <= unit && unit <= 0xdbff && 0xdc00 <= second && second <= 0xdfff
			if p.JSONString(pair) != isPair {
				require.Fail(t, pair)
			}
		}
	}
	for c := range 0x80 {
		one := fmt.Sprintf(`"\%c"`, c)
		assert.Equal(t, json.Valid([]byte(one)), p.JSONString(one), one)
		four := fmt.Sprintf(`"\u00%c1"`, c)
		assert.Equal(t, json.Valid([]byte(four)), p.JSONString(four), four)
	}
	for _, short := range []string{`"\`, `"\u`, `"\u1`, `"\u123`, `"\u1234`, `"\u123"`, `"\ud800\"`, `"\ud800\u"`, `"\ud800`} {
		assert.False(t, p.JSONString(short), short)
	}
}

func TestDaysAreThoseOfTheCalendar(t *testing.T) {
	for _, year := range []int{0, 1, 4, 100, 400, 1600, 1700, 1800, 1900, 1996, 1999, 2000, 2004, 2023, 2024, 2100, 2400, 9999} {
		for month := 1; month <= 12; month++ {
			for day := 1; day <= 31; day++ {
				date := fmt.Sprintf("%04d-%02d-%02d", year, month, day)
				_, err := time.Parse(time.DateOnly, date)
				assert.Equal(t, err == nil, isDay(date), date)
			}
		}
	}
}
