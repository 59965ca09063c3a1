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

// A program makes the request. It is a package in testdata.
type program string

// The others are compared with the first.
var programs = []program{"bare", "gen", "client", "sdk"}

func (p program) pkg() string { return "./importing/testdata/" + string(p) }

// imports returns the number of packages outside the standard library, and the size of
// the modules that have them.
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

// required is a module in the output of go list.
type required struct {
	Path, Version string
	Replace       *struct{ Dir string }
}

// zipped returns the size of the zip file that the go command downloads for m.
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

// counter counts the bytes that are written to it.
type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
