package jsontoken

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestIsExact(t *testing.T) {
	for _, c := range []struct {
		name, literal string
		float, int64  bool // exact as a float64, exact as an int64
	}{
		{"a small integer", "-12", true, true},
		{"2^53", "9007199254740992", true, true},
		{"-2^53", "-9007199254740992", true, true},
		{"2^53+1", "9007199254740993", false, true},
		{"the largest int64", "9223372036854775807", false, true},
		{"2^63", "9223372036854775808", false, false},
		{"17 digits", "0.30000000000000004", true, true},
		{"17 digits between zeros", "000.00012345678901234567000", true, true},
		{"18 digits", "0.123456789012345678", false, false},
		{"18 digits before an exponent", "123456789012345678e0", false, false},
		{"digits of an exponent do not count", "1.5e-000000000000000000001", true, true},
		{"zero", "0.000e5", true, true},
		{"the smallest float64", "5e-324", true, true},
		{"an underflow", "1e-400", false, false},
		{"an overflow", "1E400", false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.Equal(t, c.float, IsExact(c.literal, false))
			assert.Equal(t, c.int64, IsExact(c.literal, true))
		})
	}
}

func TestFloatIsTheNearest(t *testing.T) {
	f, exact := Float([]byte("-2.50"))
	assert.Equal(t, -2.5, f)
	assert.True(t, exact)
	f, exact = Float("0.1234567890123456789")
	assert.Equal(t, 0.1234567890123456789, f)
	assert.False(t, exact)
}
