package main

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// showSeconds writes the two largest units: 12s, 3m12s, 2h5m, 2d4h.
func showSeconds(n int64) string {
	two := func(large int64, largeUnit string, small int64, smallUnit string) string {
		if n%large/small == 0 {
			return fmt.Sprintf("%d%s", n/large, largeUnit)
		}
		return fmt.Sprintf("%d%s%d%s", n/large, largeUnit, n%large/small, smallUnit)
	}
	switch {
	case n < 60:
		return fmt.Sprintf("%ds", n)
	case n < 60*60:
		return two(60, "m", 1, "s")
	case n < 24*60*60:
		return two(60*60, "h", 60, "m")
	default:
		return two(24*60*60, "d", 60*60, "h")
	}
}

var (
	errNumber = errors.New("not a number")
	timeForm  = regexp.MustCompile(`^(?:([0-9]+)d)?(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?$`)
	sizeForm  = regexp.MustCompile(`^([0-9]+)([KkMmGg]?)[Bb]?$`)
)

// parseDigits reads a number as it is written: no sign, and no 0 before it. It
// has 18 digits at most, but for an id, and so it fits.
func parseDigits(text string) (int64, error) {
	if text == "" || len(text) > 1 && text[0] == '0' || strings.Trim(text, "0123456789") != "" {
		return 0, errNumber
	}
	return strconv.ParseInt(text, 10, 64)
}

// parseSeconds reads what showSeconds writes, and seconds without a unit: days,
// hours, minutes and seconds in this order, each once.
func parseSeconds(text string) (int64, error) {
	if n, err := parseDigits(text); err == nil {
		return n, nil
	}
	parts := timeForm.FindStringSubmatch(text)
	if parts == nil || text == "" {
		return 0, errNumber
	}
	var total int64
	for i, unit := range []int64{24 * 60 * 60, 60 * 60, 60, 1} {
		if parts[1+i] == "" {
			continue
		}
		n, err := parseDigits(parts[1+i])
		if err != nil || n > 1<<32 { // more than any, and no overflow
			return 0, errNumber
		}
		total += n * unit
	}
	return total, nil
}

const sizeUnits = "KMG" // of 1024 each, as Redis has them

func showSize(n int64) string {
	if n < 1024 {
		return fmt.Sprintf("%dB", n)
	}
	scaled, unit := float64(n), -1
	for scaled >= 1024 && unit < len(sizeUnits)-1 {
		scaled /= 1024
		unit++
	}
	return fmt.Sprintf("%.1f%c", scaled, sizeUnits[unit])
}

// parseSize reads bytes: 4096, 512B, 20k, 10MB.
func parseSize(text string) (int64, error) {
	parts := sizeForm.FindStringSubmatch(text)
	if parts == nil {
		return 0, errNumber
	}
	n, err := parseDigits(parts[1])
	if err != nil || n > 1<<32 { // more than any, and no overflow
		return 0, errNumber
	}
	if parts[2] != "" {
		n <<= 10 * (1 + strings.Index(sizeUnits, strings.ToUpper(parts[2])))
	}
	return n, nil
}
