package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// A result is one line of go test -bench, named Benchmark<family>/<who>/<case>.
type result struct {
	family, who, kase string
	values            map[string]float64 // by unit: "ns/op", "allocs/op"
}

var procs = regexp.MustCompile(`-\d+$`) // GOMAXPROCS, which go test appends

// parse returns the results in output. It skips other lines.
func parse(output string) ([]result, error) {
	var list []result
	for line := range strings.Lines(output) {
		fields := strings.Fields(line)
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		name := procs.ReplaceAllString(strings.TrimPrefix(fields[0], "Benchmark"), "")
		parts := strings.SplitN(name, "/", 3)
		if len(parts) < 3 {
			return nil, fmt.Errorf("%q is not <family>/<who>/<case>", name)
		}
		r := result{parts[0], parts[1], parts[2], map[string]float64{}}
		for i := 2; i+1 < len(fields); i += 2 {
			value, err := strconv.ParseFloat(fields[i], 64)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			r.values[fields[i+1]] = value
		}
		list = append(list, r)
	}
	return list, nil
}
