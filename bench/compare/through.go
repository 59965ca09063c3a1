package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
	"time"
)

// A row is a case with both verdicts, and with the right one if they differ.
type row struct {
	Contract string
	Case     string
	Ours     string // one of the four
	Rules    string
	Prism    verdict
	Right    string
	Reason   string
}

func (r row) differs() bool { return r.Ours != r.Prism.Is }

func (r row) ours() string {
	if r.Rules == "" {
		return r.Ours
	}
	return r.Ours + ": " + r.Rules
}

// atOnce is the number of cases that run at the same time, so that cases that Prism never
// answers do not wait for each other.
const atOnce = 16

// through sends all cases of c through Prism. If the connection is lost in a case, that
// case is sent again alone, because another case may have ended Prism.
func (p *prism) through(ctx context.Context, c *corpus, edits []edit) ([]row, error) {
	t, err := newTrial(ctx, p, c, edits)
	if err != nil {
		return nil, err
	}
	defer t.close()
	answers := make([]answer, len(c.Cases))
	var all sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	for i := range c.Cases {
		slots <- struct{}{}
		all.Go(func() {
			answers[i] = t.one(ctx, i)
			<-slots
		})
	}
	all.Wait()
	var rows []row
	for i := range c.Cases {
		one := &c.Cases[i]
		if answers[i].err != nil && !errors.Is(answers[i].err, errSilent) {
			if answers[i], err = t.alone(ctx, i); err != nil {
				return nil, err
			}
		}
		if err := errors.Join(ctx.Err(), t.up.err()); err != nil {
			return nil, fmt.Errorf("%s: %w", one.Name, err)
		}
		rows = append(rows, row{Contract: c.Name, Case: one.Name, Ours: one.ours(), Rules: one.rules(), Prism: classify(answers[i], one.Response.Status)})
	}
	return rows, nil
}

// A trial is Prism between a corpus and an upstream.
type trial struct {
	*corpus
	prism       *prism
	file        string // the contract that Prism gets
	temp        string // a directory of its own, if it is edited
	proxy       *proxy
	up          *upstream
	credentials map[string]string
	servers     []string // their base paths
}

func newTrial(ctx context.Context, p *prism, c *corpus, edits []edit) (t *trial, err error) {
	t = &trial{corpus: c, prism: p}
	defer func() {
		if err != nil {
			t.close()
		}
	}()
	if t.file, t.temp, err = edited(c, edits); err != nil {
		return nil, err
	}
	about, err := readContract(t.file)
	if err != nil {
		return nil, err
	}
	if t.credentials, err = about.credentials(); err != nil {
		return nil, err
	}
	if t.servers, err = about.basePaths(); err != nil {
		return nil, err
	}
	if t.up, err = startUpstream(c.Cases); err != nil {
		return nil, err
	}
	return t, t.restart(ctx)
}

func (t *trial) restart(ctx context.Context) (err error) {
	if t.proxy != nil {
		t.proxy.stop()
	}
	t.proxy, err = t.prism.start(ctx, t.file, t.up.addr)
	return err
}

func (t *trial) close() {
	if t.proxy != nil {
		t.proxy.stop()
	}
	if t.up != nil {
		t.up.close()
	}
	if t.temp != "" {
		os.RemoveAll(t.temp)
	}
}

// alone sends one case while no other runs.
func (t *trial) alone(ctx context.Context, i int) (answer, error) {
	if t.proxy.endedWithin(time.Second) {
		if err := t.restart(ctx); err != nil {
			return answer{}, err
		}
	}
	a := t.one(ctx, i)
	if a.err != nil && t.proxy.endedWithin(5*time.Second) {
		a.err = fmt.Errorf("%w: %s", errEnded, t.proxy.out.lastWords())
	}
	return a, nil
}

// one sends one case.
func (t *trial) one(ctx context.Context, i int) answer {
	c := &t.Cases[i]
	bases := t.servers
	if c.Options.BasePath != "" {
		bases = []string{c.Options.BasePath}
	}
	number := strconv.Itoa(i)
	message, err := rawRequest(c, t.proxy.addr, behind(c.Request.Path, bases), number, t.credentials)
	if err != nil {
		t.up.failed(err)
		return answer{}
	}
	a := exchange(ctx, t.proxy.addr, message, c.Request.Method, func() bool { return t.up.wasReached(number) })
	if a.reached && a.err == nil && !a.mark && a.status < 500 {
		t.up.failed(fmt.Errorf("the upstream's answer came back as %d without its mark", a.status))
	}
	return a
}
