//go:build tools

// Package tools names the generator of gen/ so that go.mod pins its version.
package tools

import _ "github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen"
