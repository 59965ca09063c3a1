// Package fastpath checks JSON texts against OpenAPI 3.0 schemas, and only ever
// says that a text is valid. It is the fast path before kin-openapi: a [Program]
// reports true (ok) for a text that kin-openapi certainly accepts. It reports
// false (fall back) for every other text, and then kin-openapi has to decide.
//
//	p := fastpath.Compile(schema, fastpath.Request) // at start-up; nil always falls back
//	b := p.Binder(reflect.TypeFor[Pet]())           // nil if encoding/json has to bind
//	if b.Bind(body, &pet) {                         // or p.JSON(bytes), p.JSONString(text)
//		return pet // valid, and decoded in the same pass
//	}
//	// fall back: give the same bytes to kin-openapi
//
// A text that is ok
//   - is read the same way by every JSON parser: it is RFC 8259 with nothing after
//     it, valid UTF-8, without NUL, lone surrogates or duplicate members, with
//     numbers that a float64 holds and at most 64 levels of nesting;
//   - has no member whose name differs from a declared one by case alone;
//   - is accepted by kin-openapi (openapi3filter with MultiError and
//     SkipSettingDefaults) with the formats and patterns that are registered when
//     [Compile] is called.
//
// A value always falls back if its schema has
//   - oneOf, anyOf, not or uniqueItems;
//   - an allOf whose parts contradict each other or close the object;
//   - a format that someone else has registered;
//   - more than 64 properties;
//   - keywords of OpenAPI 3.1, or none of OpenAPI 3.0's types.
//
// So does a readOnly member of a request and a writeOnly member of a response.
// Some values fall back whatever their schema: escapes in the name of a member,
// escapes in a string that is bound or has a pattern, a format or an enum,
// a fraction where an integer is declared (1.0), and objects with dozens of
// undeclared members that are not sorted.
//
// The package explains nothing, sets no defaults and converts no types.
package fastpath
