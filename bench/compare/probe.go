package main

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
)

//go:embed testdata/probe.yaml
var probeContract []byte

//go:embed testdata/probe.corpus.yaml
var probeCorpus []byte

// prove checks Prism on a very simple contract: good messages pass and bad ones are
// refused, in both directions.
func (p *prism) prove(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "compare-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	c, err := decodeCorpus(probeCorpus)
	if err != nil {
		return err
	}
	c.Name, c.Dir = "probe", dir
	if err := os.WriteFile(filepath.Join(dir, c.Contract), probeContract, 0o600); err != nil {
		return err
	}
	rows, err := p.through(ctx, c, nil)
	if err != nil {
		return err
	}
	for _, r := range differences(rows) {
		return fmt.Errorf("%s: it %s, where anyone %s: %s", r.Case, r.Prism, r.Ours, r.Prism.Said)
	}
	return nil
}

// works reports whether Prism validates by this contract at all: it must give each kind
// of verdict that we give.
func works(rows []row) error {
	for _, is := range []string{passes, request, response} {
		expected, agreed := 0, 0
		for _, r := range rows {
			if r.Ours == is {
				expected++
				if !r.differs() {
					agreed++
				}
			}
		}
		if expected > 0 && agreed == 0 {
			return fmt.Errorf("prism agrees on none of %d cases where ours %s: this is no comparison", expected, is)
		}
	}
	return nil
}
