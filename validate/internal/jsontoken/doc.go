// Package jsontoken holds what all readers of JSON texts in validate agree on:
// the limits of a text, which numbers and strings every parser reads the same
// way, and JSON pointers.
//
//	size := jsontoken.EscapeLen(text, i)             // 0: not an escape that all parsers accept
//	f, exact := jsontoken.Float(`0.30000000000000004`)
//	place := jsontoken.Path{jsontoken.Member("pets"), {Index: 3}}.String() // /pets/3
//
// It does not parse: packages fastpath and reference and validate's scanner do.
package jsontoken

// MaxDepth is the largest number of nested arrays and objects. The limits of
// parsers begin at about 100, and no API needs that many.
const MaxDepth = 64

// Text holds the types of JSON texts, or of parts of them, that are read without a
// copy.
type Text interface{ string | []byte }
