// Package reference finds what an OpenAPI 3.0 schema does not allow in a JSON
// text, with the verdicts of kin-openapi.
//
//	s := reference.NewCompiler(fastpath.Request, fastpath.Compile).Schema(schema) // at start-up
//	findings, err := s.Find(ctx, text, 16)
//
// Find walks over the bytes of the text and decodes only single scalars, so its
// memory does not grow with invalid values. It checks arrays, objects and the
// keywords that combine schemas (allOf, oneOf, anyOf, not, discriminator) itself.
// For strings and numbers it asks kin-openapi, one value at a time.
//
// The work of Find is bounded. A cache of fixed size remembers the verdicts of
// schemas on arrays and objects, because several alternatives may check the same
// value. Find gives up with [ErrWork] if a text takes more than a fixed number of
// passes. It returns the error of its context soon after the context ends.
//
// The text must be one valid JSON text of at most 64 levels and 2 GiB without
// duplicate members. Package validate checks that before.
package reference
