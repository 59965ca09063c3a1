// Package filter selects sessions by expressions such as name=web-* or idle>5m.
//
//	matches, err := filter.Parse("idle>5m")
//	if err != nil {
//		return err // nothing is selected by a typo
//	}
//	if matches(session) { … }
//
// An expression is FIELD OPERATOR VALUE without spaces. [Fields] lists the fields.
//
//	node name user cmd network  = and != with a pattern: * matches any characters,
//	                            ? one character, [a-z] one of a range, \* a star
//	peer addr                   = and != with an IP, an ip:port, a network or a pattern
//	flags events                = and != with letters in any order; * matches any others
//	protected                   = and != with true or false
//	numbers, times and sizes    also < <= > >=; 300, 1h30m and 20K
//
// The language is strict, because a filter decides what is killed. An expression
// that is not of this form is an error: with != a value that no session can have
// would select all of them. For the same reason a session whose value is unknown
// passes no filter of that field, not even with !=.
//
// The package does not read or kill sessions, and has no "and" or "or": callers
// combine filters.
package filter
