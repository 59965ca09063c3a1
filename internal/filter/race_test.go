//go:build race

package filter

func init() { raced = true }
