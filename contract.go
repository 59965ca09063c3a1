// Package dcssessions is the contract of dcs-sessions: openapi.yaml, byte for
// byte, for those who validate with it.
//
//	v, err := validate.New(dcssessions.Contract(), validate.Options{})
package dcssessions

import _ "embed"

//go:embed openapi.yaml
var contract string

// Contract returns a copy of openapi.yaml.
func Contract() []byte { return []byte(contract) }
