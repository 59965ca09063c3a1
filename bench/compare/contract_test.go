package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

const someContract = `
servers:
  - {url: https://example.com}
  - {url: 'https://{host}/v1/', variables: {host: {default: localhost}}}
  - {url: /api/v1}
components:
  securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}
`

func TestBasePathsAreTakenOff(t *testing.T) {
	c, err := decodeContract([]byte(someContract))
	if err != nil {
		t.Fatal(err)
	}
	bases, err := c.basePaths()
	if want := []string{"/api/v1", "/v1"}; err != nil || !slices.Equal(bases, want) {
		t.Fatalf("%v, %v, want %v", bases, err, want)
	}
	for target, want := range map[string]string{
		"/api/v1/things?a=%zz":  "/things?a=%zz",
		"/v1/things/%61":        "/things/%61",
		"/%61pi/v1/things":      "/things",
		"/api/v1/api/v1/things": "/api/v1/things",
		"/api/v12/things":       "/api/v12/things",
		"/api/v1":               "/api/v1",
		"/api/v1/":              "/",
		"/things":               "/things",
		"//v1/things":           "//v1/things",
	} {
		if got := behind(target, bases); got != want {
			t.Errorf("%s: %s, want %s", target, got, want)
		}
	}
}

func TestCredentials(t *testing.T) {
	c, _ := decodeContract([]byte(someContract))
	got, err := c.credentials()
	if err != nil || got["X-Key"] == "" {
		t.Errorf("%v, %v", got, err)
	}
	c, _ = decodeContract([]byte("components: {securitySchemes: {basic: {type: http, scheme: basic}}}"))
	if _, err := c.credentials(); err == nil {
		t.Error("a scheme that cannot be satisfied is no error")
	}
}

func TestAnEditIsMadeOnce(t *testing.T) {
	c := &corpus{Name: "a", Dir: t.TempDir(), Contract: "a.yaml"}
	os.WriteFile(c.contractFile(), []byte("x: 1\ny: 1\n"), 0o600)
	if file, dir, err := edited(c, []edit{{Contract: "b", Old: "x"}}); err != nil || dir != "" || file != c.contractFile() {
		t.Errorf("another's edit: %s, %s, %v", file, dir, err)
	}
	file, dir, err := edited(c, []edit{{Contract: "a", Old: "x: 1", New: "x: 2"}})
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if got, _ := os.ReadFile(file); string(got) != "x: 2\ny: 1\n" || filepath.Dir(file) != dir {
		t.Errorf("%s: %q", file, got)
	}
	for _, old := range []string{"z", ": 1"} {
		if _, _, err := edited(c, []edit{{Contract: "a", Old: old}}); err == nil {
			t.Errorf("%q, which does not stand there once, is no error", old)
		}
	}
}
