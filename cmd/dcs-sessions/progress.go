package main

import (
	"fmt"

	"github.com/schollz/progressbar/v3"

	"github.com/dcs-sessions/dcs-sessions/gen"
)

// progress returns what draws a job's progress on standard error, and what takes
// it off again. Where that is no terminal, neither does anything.
func progress(std stdio) (show func(gen.Job), done func()) {
	if !std.errTerminal {
		return nil, func() {}
	}
	bar := progressbar.NewOptions(-1, // a spinner, until there is a total
		progressbar.OptionSetWriter(std.err),
		progressbar.OptionSetWidth(30),
		progressbar.OptionSetElapsedTime(true),
		progressbar.OptionSetPredictTime(false),
		progressbar.OptionSetTheme(progressbar.ThemeASCII),
		progressbar.OptionClearOnFinish(),
	)
	show = func(job gen.Job) {
		c := value(job.Counts)
		done, total := int(c.Killed+c.Gone+c.Protected+c.Failed), int(c.Total)
		if total == 0 {
			bar.Describe("the job runs")
			return
		}
		bar.Describe(fmt.Sprintf("%d of %s", done, plural(total, "session")))
		bar.ChangeMax(total)
		// it is full when the job is over, for the total grows with each node
		_ = bar.Set(min(done, total-1))
	}
	return show, func() { _ = bar.Clear(); _ = bar.Exit() }
}
