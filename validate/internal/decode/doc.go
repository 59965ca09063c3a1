// Package decode turns what a message carries outside of JSON bodies into values:
// parameters, response headers, forms, multipart, CSV and YAML.
//
//	value, found := decode.Body(mediaType, header, text)   // what the body means
//	decode.Parameter(ctx, parameter, request, &violations) // decoded and checked
//
// kin-openapi decodes; this package is the only one that knows its errors and its
// limits. Where kin-openapi panics, multiplies memory or gives a result that
// depends on a map's order, this package refuses the input first.
package decode
