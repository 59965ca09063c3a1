//go:build race

package validate_test

func init() { raced = true }
