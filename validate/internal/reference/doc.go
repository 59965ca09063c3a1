// Package reference finds what in a JSON text an OpenAPI 3.0 schema does not allow.
//
//	s := reference.NewCompiler(fastpath.Request, fastpath.Compile).Schema(schema) // at start-up
//	found, err := s.Find(ctx, text, 16)
//
// It walks over the text's bytes and decodes nothing but single scalars, so its
// memory does not grow with the values that are wrong. Containers and the
// keywords that combine schemas (allOf, oneOf, anyOf, not, discriminator) are
// judged here, with kin-openapi's verdicts; what a string or a number has to be
// is asked of kin-openapi, one value at a time.
//
// Its work is bounded: a value that several alternatives look at is judged once
// by each schema as far as a table of fixed size remembers, and a text that takes
// more than a fixed number of passes is given up with ErrWork. It looks at its
// context all along.
//
// The text has to be one valid JSON text of at most 64 levels and 2 GiB without
// duplicate members: the package validate has seen to that.
package reference
