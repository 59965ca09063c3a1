package filter

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTimesAreParsedAsTheyAreFormatted(t *testing.T) {
	for seconds, text := range map[int64]string{
		0: "0s", 59: "59s", 60: "1m", 192: "3m12s", 3600: "1h", 7500: "2h5m", 7501: "2h5m",
		86399: "23h59m", 86400: "1d", 187200: "2d4h", 2147483647: "24855d3h",
	} {
		assert.Equal(t, text, formatSeconds(seconds), seconds)
	}
	for text, seconds := range map[string]int64{
		"300": 300, "90s": 90, "1h30m": 5400, "2d": 172800, "2d4h": 187200, "0": 0,
	} {
		n, err := parseSeconds(text)
		require.NoError(t, err, text)
		assert.Equal(t, seconds, n, text)
	}
	for _, text := range []string{"", "d", "1w", "xd", "1d x", "-1d", "+1", "1s1m", "1m1m", "1.5h", "01", "1ms", "99999999999d"} {
		_, err := parseSeconds(text)
		assert.Error(t, err, text)
	}
}

func TestSizesHaveTheUnitsOfRedis(t *testing.T) {
	for bytes, text := range map[int64]string{
		0: "0B", 1023: "1023B", 1024: "1.0K", 20480: "20.0K", 1 << 20: "1.0M", 2147483647: "2.0G",
	} {
		assert.Equal(t, text, formatSize(bytes), bytes)
	}
	for text, bytes := range map[string]int64{
		"0": 0, "512": 512, "512B": 512, "20k": 20480, "20KB": 20480, "10M": 10 << 20, "1gb": 1 << 30,
	} {
		n, err := parseSize(text)
		require.NoError(t, err, text)
		assert.Equal(t, bytes, n, text)
	}
	for _, text := range []string{"", "K", "1T", "1.5M", "x", "-1", "+1", "01", "1KK", "99999999999G"} {
		_, err := parseSize(text)
		assert.Error(t, err, text)
	}
}
