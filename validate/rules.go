package validate

// Rules that are not a schema's keyword. A violation of a keyword has the
// keyword as its rule: "required", "pattern", "maxItems" and so on.
const (
	RuleRoute           = "route"            // no path of the contract matches
	RuleMethod          = "method"           // the path has no such method
	RuleSecurity        = "security"         // Options.Authenticate refused
	RuleContentType     = "content-type"     // a media type that is not declared
	RuleContentEncoding = "content-encoding" // anything but identity
	RuleQuerySyntax     = "query-syntax"     // a query that does not decode
	RuleEmptyValue      = "empty-value"      // a parameter without its value
	RuleRepeated        = "repeated"         // a query parameter of one value that is there twice
	RuleDecode          = "decode"           // a value that does not decode as declared
	RuleBodyTooLarge    = "body-too-large"   // more than the cap
	RuleBodyRead        = "body-read"        // the body ended with an error
	RuleBodyBudget      = "body-budget"      // the bodies that are held leave no room for this one: Options.BodyBudget
	RuleBodyUndeclared  = "body-undeclared"  // a body where the contract has none
	RuleStatus          = "status"           // a status that is not declared
	RuleWork            = "work"             // a body of which the contract makes too much work
	RuleInterrupted     = "interrupted"      // the request's context ended before the verdict

	RuleJSONSyntax       = "json-syntax"
	RuleJSONTrailingData = "json-trailing-data" // anything after the value
	RuleJSONDuplicateKey = "json-duplicate-key"
	RuleJSONKeyCase      = "json-key-case"  // a key that differs by case alone from a declared one
	RuleJSONUTF8         = "json-utf8"      // bytes that are not UTF-8
	RuleJSONSurrogate    = "json-surrogate" // \ud800 without its other half
	RuleJSONNUL          = "json-nul"       // \u0000 in a string or key
	RuleJSONNumber       = "json-number"    // a number that parsers round each in its way
	RuleJSONDepth        = "json-depth"     // nesting beyond the limit
)

// messages are the texts for callers: what is wrong, never what was sent or
// what the schema says.
var messages = map[string]string{
	RuleRoute:           "the path is not in the contract",
	RuleMethod:          "the path does not take this method",
	RuleSecurity:        "the request is not authorized",
	RuleContentType:     "the media type is not one that is declared",
	RuleContentEncoding: "the content encoding is not accepted",
	RuleQuerySyntax:     "the query does not decode",
	RuleEmptyValue:      "the value is empty",
	RuleRepeated:        "the parameter is there more than once",
	RuleDecode:          "the value does not decode as declared",
	RuleBodyTooLarge:    "the body is too large",
	RuleBodyRead:        "the body could not be read to its end",
	RuleBodyBudget:      "there is no room for the body now",
	RuleBodyUndeclared:  "there is a body where none is declared",
	RuleStatus:          "the status is not declared",
	RuleWork:            "the body takes too much work to check",
	RuleInterrupted:     "the time was over before the message was checked",

	RuleJSONSyntax:       "the body is not JSON",
	RuleJSONTrailingData: "there is data after the JSON value",
	RuleJSONDuplicateKey: "the key appears twice in its object",
	RuleJSONKeyCase:      "the key differs only by case from a declared one",
	RuleJSONUTF8:         "the text is not UTF-8",
	RuleJSONSurrogate:    "half of a surrogate pair stands alone",
	RuleJSONNUL:          "the text contains a NUL character",
	RuleJSONNumber:       "the number is beyond what is exact",
	RuleJSONDepth:        "the nesting is too deep",

	"required":             "a value is required",
	"type":                 "the value has the wrong type",
	"format":               "the value does not have the declared format",
	"pattern":              "the value does not have the declared form",
	"enum":                 "the value is not one of the declared ones",
	"minimum":              "the number is too small",
	"maximum":              "the number is too large",
	"exclusiveMinimum":     "the number is too small",
	"exclusiveMaximum":     "the number is too large",
	"multipleOf":           "the number is not a declared multiple",
	"minLength":            "the text is too short",
	"maxLength":            "the text is too long",
	"minItems":             "there are too few items",
	"maxItems":             "there are too many items",
	"uniqueItems":          "an item appears twice",
	"minProperties":        "there are too few members",
	"maxProperties":        "there are too many members",
	"additionalProperties": "there is a member that is not declared",
	"nullable":             "the value is null",
	"oneOf":                "the value does not match exactly one of the alternatives",
	"anyOf":                "the value matches none of the alternatives",
	"allOf":                "the value does not match all of the parts",
	"not":                  "the value is one that is excluded",
	"discriminator":        "the value does not say which alternative it is",
	"readOnly":             "the value may not be sent",
	"writeOnly":            "the value may not be returned",
}

func messageOf(rule string) string {
	if m, ok := messages[rule]; ok {
		return m
	}
	return "the value is not valid"
}
