package main

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"time"
)

// A cost is what a program costs.
type cost struct {
	program  program
	packages int             // that are not of the standard library
	cpu      []time.Duration // of each build
	size     int64           // of the binary, in bytes
	download int64           // of the modules, in bytes
}

// report returns the table. Its last row is the ratio of the signing client to the SDK.
func report(ctx context.Context, costs []cost) (string, error) {
	out, err := output(ctx, "go", "list", "-m", "-f", "{{.Path}} {{.Version}}", "github.com/huaweicloud/huaweicloud-sdk-go-v3")
	if err != nil {
		return "", err
	}
	sdk, err := io.ReadAll(out)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s/%s; %s, %s; %d builds of each.\n\n", runtime.GOOS, runtime.GOARCH, runtime.Version(),
		strings.TrimPrefix(strings.TrimSpace(string(sdk)), "github.com/"), len(costs[0].cpu)) + table(costs), nil
}

func table(costs []cost) string {
	var b strings.Builder
	b.WriteString("| | packages | build CPU | binary | download |\n|---|---|---|---|---|\n")
	by := map[program]cost{}
	for _, c := range costs {
		by[c.program] = c
		binary := megabytes(c.size)
		if added := c.size - costs[0].size; added > 0 {
			binary = "+" + megabytes(added)
		}
		fmt.Fprintf(&b, "| %s | %d | %.1f s (%.1f–%.1f) | %s | %s |\n", c.program, c.packages,
			median(c.cpu).Seconds(), slices.Min(c.cpu).Seconds(), slices.Max(c.cpu).Seconds(), binary, megabytes(c.download))
	}
	ours, theirs, bare := by["client"], by["sdk"], costs[0]
	part := func(x, y float64) string { return fmt.Sprintf("%.3g", x/y) }
	fmt.Fprintf(&b, "| client ÷ sdk | %s | %s | %s | %s |\n\n",
		part(float64(ours.packages), float64(theirs.packages)),
		part(float64(median(ours.cpu)), float64(median(theirs.cpu))),
		part(float64(ours.size-bare.size), float64(theirs.size-bare.size)),
		part(float64(ours.download), float64(theirs.download)))
	return b.String()
}

func median(list []time.Duration) time.Duration {
	list = slices.Sorted(slices.Values(list))
	mid := len(list) / 2
	if len(list)%2 == 0 {
		return (list[mid-1] + list[mid]) / 2
	}
	return list[mid]
}

// megabytes are a million bytes each.
func megabytes(bytes int64) string { return fmt.Sprintf("%.1f MB", float64(bytes)/1e6) }
