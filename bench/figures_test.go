//go:build unix

package bench

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// figures are the measurements by way and step.
type figures map[[2]string][]figure

func (f figures) add(way, step string, one figure) {
	key := [2]string{way, step}
	f[key] = append(f[key], one)
}

// table returns a table with a row for each step, with medians and extremes.
func (f figures) table() string {
	var b strings.Builder
	b.WriteString("| | API | stall | by hand | stall | command |\n|---|---|---|---|---|---|\n")
	for _, s := range steps {
		command := "–"
		if s.hand != "" {
			command = "`" + strings.ReplaceAll(s.hand, "|", `\|`) + "`"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", s.name, f.cells("API", s.name), f.cells("by hand", s.name), command)
	}
	return b.String() + "\n"
}

func (f figures) cells(way, step string) string {
	var took, stalls []time.Duration
	for _, one := range f[[2]string{way, step}] {
		took, stalls = append(took, one.took), append(stalls, one.stall)
	}
	return spread(took) + " | " + spread(stalls)
}

// spread returns the median and the extremes as text: median (least–most).
func spread(list []time.Duration) string {
	if len(list) == 0 {
		return "–"
	}
	slices.Sort(list)
	return fmt.Sprintf("%s (%s–%s)", short(list[len(list)/2]), short(list[0]), short(list[len(list)-1]))
}

// short returns d with two or three digits.
func short(d time.Duration) string {
	switch {
	case d < 10*time.Millisecond:
		return d.Round(100 * time.Microsecond).String()
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	default:
		return d.Round(100 * time.Millisecond).String()
	}
}
