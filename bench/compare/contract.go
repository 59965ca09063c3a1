package main

import (
	"cmp"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// A contract is what a run of Prism needs to know of a contract.
type contract struct {
	Servers []struct {
		URL       string `yaml:"url"`
		Variables map[string]struct {
			Default string `yaml:"default"`
		} `yaml:"variables"`
	} `yaml:"servers"`
	Components struct {
		SecuritySchemes map[string]struct {
			Type string `yaml:"type"`
			In   string `yaml:"in"`
			Name string `yaml:"name"`
		} `yaml:"securitySchemes"`
	} `yaml:"components"`
}

func readContract(file string) (*contract, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return decodeContract(data)
}

func decodeContract(data []byte) (*contract, error) {
	var c contract
	if err := yaml.Load(data, &c); err != nil {
		return nil, err
	}
	return &c, nil
}

// An edit changes a contract so that Prism can load it, but not its meaning.
type edit struct {
	Contract string `yaml:"contract"`
	Old      string `yaml:"old"` // stands there once
	New      string `yaml:"new"`
	Why      string `yaml:"why"`
}

// edited returns the file of c's contract: an edited copy if there is an edit for it.
func edited(c *corpus, edits []edit) (file, dir string, err error) {
	text := ""
	for _, e := range edits {
		if e.Contract != c.Name {
			continue
		}
		if text == "" {
			data, err := os.ReadFile(c.contractFile())
			if err != nil {
				return "", "", err
			}
			text = string(data)
		}
		if n := strings.Count(text, e.Old); n != 1 {
			return "", "", fmt.Errorf("%q, to be edited, stands %d times in the contract", e.Old, n)
		}
		text = strings.Replace(text, e.Old, e.New, 1)
	}
	if text == "" {
		return c.contractFile(), "", nil
	}
	if dir, err = os.MkdirTemp("", "compare-"); err != nil {
		return "", "", err
	}
	file = filepath.Join(dir, "contract.yaml")
	return file, dir, os.WriteFile(file, []byte(text), 0o600)
}

// credentials are headers that satisfy every security scheme. The corpus does not test
// authentication: our side does not authenticate there, but Prism always does.
func (c *contract) credentials() (map[string]string, error) {
	headers := map[string]string{}
	for name, s := range c.Components.SecuritySchemes {
		if s.Type != "apiKey" || s.In != "header" {
			return nil, fmt.Errorf("no way to satisfy the security scheme %s, of type %s", name, s.Type)
		}
		headers[s.Name] = "compare"
	}
	return headers, nil
}

// basePaths are the paths of the servers, the longest first. Prism replaces a server, so
// the paths that it serves begin after them.
func (c *contract) basePaths() ([]string, error) {
	var list []string
	for _, s := range c.Servers {
		raw := s.URL
		for name, v := range s.Variables {
			raw = strings.ReplaceAll(raw, "{"+name+"}", v.Default)
		}
		u, err := url.Parse(raw)
		if err != nil {
			return nil, err
		}
		if path := strings.TrimSuffix(u.EscapedPath(), "/"); path != "" {
			list = append(list, path)
		}
	}
	slices.SortFunc(list, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	return list, nil
}

// behind returns target without the base path that it begins with, percent-encoded or
// not.
func behind(target string, bases []string) string {
	for _, base := range bases {
		n := strings.Count(base, "/") // of a base path, each before a segment
		parts := strings.SplitN(target, "/", n+2)
		if len(parts) < n+2 {
			continue
		}
		if begin, err := url.PathUnescape(strings.Join(parts[:n+1], "/")); err == nil && begin == base {
			return "/" + parts[n+1]
		}
	}
	return target
}
