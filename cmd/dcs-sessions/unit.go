package main

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"
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

// parseSeconds reads what showSeconds writes, seconds without a unit, and what
// Go calls a duration.
func parseSeconds(text string) (int64, error) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, nil
	}
	var total time.Duration
	rest := text
	if days, after, ok := strings.Cut(text, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 16)
		if err != nil {
			return 0, err
		}
		total, rest = time.Duration(n)*24*time.Hour, cmp.Or(after, "0")
	}
	d, err := time.ParseDuration(rest)
	return int64((total + d) / time.Second), err
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
	upper := strings.TrimSuffix(strings.ToUpper(text), "B")
	factor := int64(1)
	for i, unit := range sizeUnits {
		if digits, ok := strings.CutSuffix(upper, string(unit)); ok {
			upper, factor = digits, 1<<(10*(i+1))
			break
		}
	}
	n, err := strconv.ParseInt(upper, 10, 32)
	return n * factor, err
}
