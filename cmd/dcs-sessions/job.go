package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/dcs-sessions/dcs-sessions/fleet"
)

func jobCommand(getenv func(string) string, std stdio) *cobra.Command {
	f := apiFlags{getenv: getenv, ofProject: true}
	var wait bool
	cmd := newCommand("job ID")
	cmd.Args = exactArgs("the job ID")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		a, err := f.open(std, client.Options{})
		if err != nil {
			return err
		}
		if !fleet.IsID(args[0]) {
			return usagef("the job is %q, not 1 to 64 letters, digits, - or _", args[0])
		}
		if wait {
			return waitJob(cmd.Context(), a, args[0], std)
		}
		job, err := a.Job(cmd.Context(), args[0])
		if err != nil {
			return a.explain(err)
		}
		return showJob(job, a, std)
	}
	cmd.Flags().BoolVar(&wait, "wait", false, "wait until the job is over")
	f.add(cmd.Flags())
	complete(cmd, &f)
	return cmd
}

// waitJob waits until the job is over, and shows it.
func waitJob(ctx context.Context, a *api, id string, std stdio) error {
	show, done := progress(std)
	job, err := a.WaitJob(ctx, id, show)
	done()
	if ctx.Err() != nil {
		return jobGoesOn(id)
	}
	if job.ID != "" {
		if err := showJob(job, a, std); err != nil {
			return err
		}
	}
	return a.explain(err)
}

// A jobGoesOn is the error of a wait for the job of that id that Ctrl-C ended.
type jobGoesOn string

func (id jobGoesOn) Error() string {
	return fmt.Sprintf("the job continues: see 'dcs-sessions job --wait %s'", string(id))
}

func (jobGoesOn) Unwrap() error { return context.Canceled }

func showJob(job client.Job, a *api, std stdio) error {
	if a.json {
		return writeJSON(std.out, job)
	}
	counts := [4]string{"-", "-", "-", "-"}
	if c := job.Counts; c != nil {
		for i, n := range [4]int{c.Killed, c.Gone, c.Protected, c.Failed} {
			counts[i] = strconv.Itoa(n)
		}
	}
	var t table
	t.add("JOB", "STATUS", "BEGAN", "TOOK", "KILLED", "GONE", "PROTECTED", "FAILED")
	began, took := times(job)
	t.add(job.ID, string(job.Status), began, took, counts[0], counts[1], counts[2], counts[3])
	if err := t.write(std.out, std.width()); err != nil {
		return err
	}
	if job.FailReason != "" {
		fmt.Fprintf(std.out, "\n%s\n", clean(job.FailReason))
	}
	return nil
}

// times returns when the job began and how long it took, or dashes.
func times(job client.Job) (began, took string) {
	began, took = "-", "-"
	if job.Began.IsZero() {
		return began, took
	}
	if !job.Ended.Before(job.Began) {
		took = job.Ended.Sub(job.Began).String()
	}
	return job.Began.Local().Format(time.DateTime), took
}

// progress returns functions that draw the progress of a job on standard error, and
// that remove it. They do nothing if standard error is not a terminal.
func progress(std stdio) (show func(client.Job), done func()) {
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
	show = func(job client.Job) {
		var c client.JobCounts
		if job.Counts != nil {
			c = *job.Counts
		}
		done, total := c.Killed+c.Gone+c.Protected+c.Failed, c.Total
		if total == 0 {
			bar.Describe("the job is running")
			return
		}
		bar.Describe(fmt.Sprintf("%d of %s", done, plural(total, "session")))
		bar.ChangeMax(total)
		// the bar is never full before the end, because the total grows with each node
		_ = bar.Set(min(done, total-1))
	}
	return show, func() { _ = bar.Clear(); _ = bar.Exit() }
}
