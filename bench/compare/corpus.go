package main

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v4"
)

// A corpus is the cases of one contract, in the format that
// validate/corpus_test.go reads. A field that is not known here is an error:
// what a case means must not be guessed.
type corpus struct {
	Contract string     `yaml:"contract"` // a file in the folder of the corpus
	Cases    []testCase `yaml:"cases"`

	Name string `yaml:"-"`
	Dir  string `yaml:"-"`
}

type testCase struct {
	Name    string `yaml:"name"`
	Options struct {
		Decode   bool   `yaml:"decode"`
		BasePath string `yaml:"base_path"`
	} `yaml:"options"`
	Request  message  `yaml:"request"`
	Response *message `yaml:"response"` // default: what the file's first case has
	Want     []want   `yaml:"want"`     // empty: all is well
}

type message struct {
	Method  string            `yaml:"method"`
	Path    string            `yaml:"path"` // with the query, as it is sent
	Status  int               `yaml:"status"`
	Headers map[string]string `yaml:"headers"`
	Body    string            `yaml:"body"`
	Base64  string            `yaml:"base64"` // a body that is not UTF-8
	Repeat  int               `yaml:"repeat"` // Body this many times
	Depth   int               `yaml:"depth"`  // that many arrays in each other, in Body's place of %s
	Many    int               `yaml:"many"`   // that many addresses, in Body's place of %s
	Gzip    bool              `yaml:"gzip"`   // sent as such; the headers say so on their own
}

type want struct {
	In      string `yaml:"in"`
	Pointer string `yaml:"pointer"`
	Rule    string `yaml:"rule"`
	Status  int    `yaml:"status"` // in a server
}

func readCorpora(dir string) ([]*corpus, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.corpus.yaml"))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s: no *.corpus.yaml", dir)
	}
	var list []*corpus
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		c, err := decodeCorpus(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		c.Name, c.Dir = strings.TrimSuffix(filepath.Base(file), ".corpus.yaml"), dir
		list = append(list, c)
	}
	return list, nil
}

func decodeCorpus(data []byte) (*corpus, error) {
	var c corpus
	if err := yaml.Load(data, &c, yaml.WithKnownFields(true)); err != nil {
		return nil, err
	}
	if c.Contract == "" || len(c.Cases) == 0 {
		return nil, errors.New("no contract or no cases")
	}
	seen := map[string]bool{}
	for i := range c.Cases {
		one := &c.Cases[i]
		if one.Name == "" || seen[one.Name] {
			return nil, fmt.Errorf("case %d: the name %q is empty or there twice", i+1, one.Name)
		}
		seen[one.Name] = true
		if one.Response == nil {
			one.Response = c.Cases[0].Response
		}
		if one.Response == nil {
			return nil, fmt.Errorf("%s: no response", one.Name)
		}
	}
	return &c, nil
}

func (c *corpus) contractFile() string { return filepath.Join(c.Dir, c.Contract) }

// wire returns the body as it is sent.
func (m *message) wire() ([]byte, error) {
	body, err := m.body()
	if err != nil || !m.Gzip {
		return body, err
	}
	var coded bytes.Buffer
	z := gzip.NewWriter(&coded)
	if _, err := z.Write(body); err != nil {
		return nil, err
	}
	err = z.Close()
	return coded.Bytes(), err
}

func (m *message) body() ([]byte, error) {
	switch {
	case m.Base64 != "":
		return base64.StdEncoding.DecodeString(m.Base64)
	case m.Repeat > 0:
		return bytes.Repeat([]byte(m.Body), m.Repeat), nil
	case m.Depth > 0:
		return fmt.Appendf(nil, m.Body, strings.Repeat("[", m.Depth)+strings.Repeat("]", m.Depth)), nil
	case m.Many > 0:
		addrs := make([]string, m.Many)
		for i := range addrs {
			addrs[i] = fmt.Sprintf(`"10.0.%d.%d:%d"`, i>>8&255, i&255, 1024+i)
		}
		return fmt.Appendf(nil, m.Body, strings.Join(addrs, ",")), nil
	default:
		return []byte(m.Body), nil
	}
}
