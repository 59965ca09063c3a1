package main

import (
	"fmt"
	"slices"
	"strings"
)

// A family is one benchmark that compares several programs.
type family struct {
	name    string   // Benchmark<name>
	base    string   // the program that the others are compared with; may be empty
	modules []string // whose versions the report names
}

var families = []family{
	{"Request", "bare", []string{
		"github.com/getkin/kin-openapi",
		"github.com/oapi-codegen/runtime",
		"github.com/oapi-codegen/nethttp-middleware",
		"github.com/pb33f/libopenapi-validator",
		"github.com/pb33f/libopenapi",
		"github.com/danielgtaylor/huma/v2",
	}},
	{"Response", "bare", []string{
		"github.com/getkin/kin-openapi",
		"github.com/pb33f/libopenapi-validator",
		"github.com/pb33f/libopenapi",
	}},
	{"Proxy", "bare", []string{"github.com/getkin/kin-openapi"}},
	{"Call", "sdk", []string{
		"github.com/huaweicloud/huaweicloud-sdk-go-v3",
		"github.com/getkin/kin-openapi",
	}},
	{"Verify", "hashes", nil},
	{"List", "bare", []string{"github.com/redis/go-redis/v9"}},
	{"Page", "bare", []string{"github.com/getkin/kin-openapi"}},
	{"Throughput", "bare", []string{"github.com/getkin/kin-openapi"}},
	{"Kill", "", nil},
}

// isKill reports whether f is the family that is measured on servers that keep running.
func (f family) isKill() bool { return f.name == "Kill" }

// choose returns the families that names lists, separated by commas. An empty list is
// all of them.
func choose(names string) ([]family, error) {
	if names == "" {
		return families, nil
	}
	var chosen []family
	for name := range strings.SplitSeq(names, ",") {
		i := slices.IndexFunc(families, func(f family) bool { return f.name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no family %q", name)
		}
		chosen = append(chosen, families[i])
	}
	return chosen, nil
}
