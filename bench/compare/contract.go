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

// A contract is what must be known of one to put Prism in front of it.
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

// An edit makes a contract one that Prism can use at all, without a change of
// what it says.
type edit struct {
	Contract string `yaml:"contract"`
	Old      string `yaml:"old"` // stands there once
	New      string `yaml:"new"`
	Why      string `yaml:"why"`
}

// edited returns the file of c's contract, in a directory of its own where one
// of edits is for it.
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

// credentials are headers that satisfy every scheme. The corpus is about
// messages and not about who sends them: our side authenticates nobody there,
// and Prism always asks.
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

// basePaths are the servers' paths, the longest first. Prism takes the place of
// a server: the paths that it serves begin behind them.
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

// behind returns target without the base path that it begins with, if it does,
// in encoded letters or not.
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
