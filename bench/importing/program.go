package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"

	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"
)

// A program makes the call, and is a package in testdata.
type program string

// The first is what the others are compared with.
var programs = []program{"bare", "gen", "client", "sdk"}

func (p program) pkg() string { return "./importing/testdata/" + string(p) }

// imports counts the packages that are not of the standard library, and the
// bytes of the modules that they are in.
func (p program) imports(ctx context.Context) (cost, error) {
	c := cost{program: p}
	out, err := output(ctx, "go", "list", "-deps", "-json=Standard,DepOnly,Module", p.pkg())
	if err != nil {
		return c, err
	}
	seen := map[string]bool{}
	for d := json.NewDecoder(out); ; {
		var pkg struct {
			Standard, DepOnly bool
			Module            *required
		}
		if err := d.Decode(&pkg); errors.Is(err, io.EOF) {
			return c, nil
		} else if err != nil {
			return c, err
		}
		if pkg.Standard || !pkg.DepOnly {
			continue
		}
		c.packages++
		if m := pkg.Module; !seen[m.Path] {
			seen[m.Path] = true
			size, err := m.zipped(ctx)
			if err != nil {
				return c, err
			}
			c.download += size
		}
	}
}

// required is a module as go list shows it.
type required struct {
	Path, Version string
	Replace       *struct{ Dir string }
}

// zipped returns the size of what the go command downloads of m.
func (m *required) zipped(ctx context.Context) (int64, error) {
	if m.Replace != nil { // this project: as its commit would be packed
		var size counter
		err := zip.CreateFromVCS(&size, module.Version{Path: m.Path, Version: m.Version}, m.Replace.Dir, "HEAD", "")
		return int64(size), err
	}
	out, err := output(ctx, "go", "mod", "download", "-json", m.Path+"@"+m.Version)
	if err != nil {
		return 0, err
	}
	var download struct{ Zip string }
	if err := json.NewDecoder(out).Decode(&download); err != nil {
		return 0, err
	}
	info, err := os.Stat(download.Zip)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// counter counts what is written to it.
type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
