// Package fastpath answers quickly where a JSON text clearly fits an OpenAPI 3.0
// schema. It is the fast lane before kin-openapi, which stays the judge: a
// Program says *accept* or *doubt*, never *invalid*.
//
//	p := fastpath.Compile(schema, fastpath.Request) // at start-up; nil doubts everything
//	b := p.Binder(reflect.TypeFor[Pet]())       // nil where encoding/json has to bind
//	if b.Bind(body, &pet) {                     // or p.JSON(bytes), p.JSONString(text)
//		return pet // accepted, and filled in the same pass
//	}
//	// doubt: give the same bytes to kin-openapi
//
// What is accepted, every JSON parser reads the same way (RFC 8259 and nothing
// after it, valid UTF-8, no NUL, no lone surrogate, no member twice or under a
// name that differs from a declared one by case alone, numbers that a float64
// holds, at most 64 levels), and kin-openapi accepts it too (openapi3filter with
// MultiError and SkipSettingDefaults, formats and patterns as they are
// registered when Compile is called).
//
// These always doubt where a value is there: oneOf, anyOf, not, uniqueItems, an
// allOf whose parts contradict or close each other, a readOnly member of a
// request and a writeOnly one of a response, formats of other owners, more than
// 64 properties, the keywords of OpenAPI 3.1, and a schema of none of the types.
// Doubt depends on the value for: escapes in a member's name, in a string that is
// bound and in one with a pattern, a format or an enum; fractions where integers
// are declared; null bytes and the like; and objects with dozens of undeclared
// members that are not sorted.
//
// It does not explain, set defaults or coerce.
package fastpath
