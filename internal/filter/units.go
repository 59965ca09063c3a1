package filter

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Times and sizes are parsed here and not by a library: those accept signs,
// fractions, repeated units and units of 1,000 bytes (1.5h, 1m1m, 10 MB), and
// each of these would be a typo that selects sessions.

var (
	errNumber   = errors.New("not a number")
	secondsForm = regexp.MustCompile(`^(?:([0-9]+)d)?(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?$`)
	sizeForm    = regexp.MustCompile(`^([0-9]+)([KkMmGg]?)[Bb]?$`)
)

// maxAmount is more than any field has, and small enough that no sum and no
// multiple overflows.
const maxAmount = 1 << 32

// parseDigits reads a number without a sign and without leading zeros.
func parseDigits(text string) (int64, error) {
	if text == "" || len(text) > 1 && text[0] == '0' || strings.Trim(text, "0123456789") != "" {
		return 0, errNumber
	}
	return strconv.ParseInt(text, 10, 64)
}

// parseSeconds reads seconds without a unit, or days, hours, minutes and seconds
// in this order, each at most once: 300, 90s, 1h30m, 2d.
func parseSeconds(text string) (int64, error) {
	if n, err := parseDigits(text); err == nil {
		return n, nil
	}
	parts := secondsForm.FindStringSubmatch(text)
	if parts == nil || text == "" {
		return 0, errNumber
	}
	var total int64
	for i, unit := range []int64{24 * 60 * 60, 60 * 60, 60, 1} {
		if parts[1+i] == "" {
			continue
		}
		n, err := parseDigits(parts[1+i])
		if err != nil || n > maxAmount {
			return 0, errNumber
		}
		total += n * unit
	}
	return total, nil
}

// formatSeconds writes the two largest units: 12s, 3m12s, 2h5m, 2d4h.
func formatSeconds(n int64) string {
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

const sizeUnits = "KMG" // of 1024 each, as in Redis

// parseSize reads bytes: 4096, 512B, 20k, 10MB.
func parseSize(text string) (int64, error) {
	parts := sizeForm.FindStringSubmatch(text)
	if parts == nil {
		return 0, errNumber
	}
	n, err := parseDigits(parts[1])
	if err != nil || n > maxAmount {
		return 0, errNumber
	}
	if parts[2] != "" {
		n <<= 10 * (1 + strings.Index(sizeUnits, strings.ToUpper(parts[2])))
	}
	return n, nil
}

// formatSize writes bytes in the largest unit: 512B, 20.0K, 1.5M.
func formatSize(n int64) string {
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
