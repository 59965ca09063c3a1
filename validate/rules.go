package validate

import "github.com/dcs-sessions/dcs-sessions/validate/internal/rule"

// A Rule is what a violation breaks: a keyword of a schema ("required", "pattern",
// "maxItems" and so on), or one of the constants.
type Rule string

// Rules that are not keywords of a schema.
const (
	RuleRoute           Rule = rule.Route           // no path of the contract matches
	RuleMethod          Rule = rule.Method          // the path does not have the method
	RuleSecurity        Rule = rule.Security        // Options.Identify or Authenticate refused
	RuleContentType     Rule = rule.ContentType     // a media type that is not declared
	RuleContentEncoding Rule = rule.ContentEncoding // anything but identity
	RuleQuerySyntax     Rule = rule.QuerySyntax     // a query that does not decode
	RuleEmptyValue      Rule = rule.EmptyValue      // a parameter without its value
	RuleRepeated        Rule = rule.Repeated        // a query parameter of one value that has several
	RuleDecode          Rule = rule.Decode          // a value that does not decode as declared
	RuleBodyTooLarge    Rule = rule.BodyTooLarge    // more than the limit
	RuleBodyRead        Rule = rule.BodyRead        // the body ended with an error
	RuleBodyBudget      Rule = rule.BodyBudget      // the bodies that are held leave no room for this one: Options.BodyBudget
	RuleBodyUndeclared  Rule = rule.BodyUndeclared  // a body where none is declared
	RuleStatus          Rule = rule.Status          // a status that is not declared
	RuleWork            Rule = rule.Work            // a body that takes too much work to check
	RuleInterrupted     Rule = rule.Interrupted     // the request's context ended before the verdict

	RuleJSONSyntax       Rule = rule.JSONSyntax
	RuleJSONTrailingData Rule = rule.JSONTrailingData // anything after the value
	RuleJSONDuplicateKey Rule = rule.JSONDuplicateKey
	RuleJSONKeyCase      Rule = rule.JSONKeyCase   // a key that differs by case alone from a declared one
	RuleJSONUTF8         Rule = rule.JSONUTF8      // bytes that are not UTF-8
	RuleJSONSurrogate    Rule = rule.JSONSurrogate // \ud800 without its other half
	RuleJSONNUL          Rule = rule.JSONNUL       // \u0000 in a string or key
	RuleJSONNumber       Rule = rule.JSONNumber    // a number that parsers round differently
	RuleJSONDepth        Rule = rule.JSONDepth     // nesting beyond the limit
)

// messages are the texts for callers: what is wrong, but neither what was sent nor
// what the schema says.
var messages = map[string]string{
	rule.Route:           "the path is not in the contract",
	rule.Method:          "the path does not have this method",
	rule.Security:        "the request is not authorized",
	rule.ContentType:     "the media type is not declared",
	rule.ContentEncoding: "the content encoding is not accepted",
	rule.QuerySyntax:     "the query does not decode",
	rule.EmptyValue:      "the value is empty",
	rule.Repeated:        "the parameter is given more than once",
	rule.Decode:          "the value does not decode as declared",
	rule.BodyTooLarge:    "the body is too large",
	rule.BodyRead:        "the body could not be read to its end",
	rule.BodyBudget:      "the server holds too many bodies now",
	rule.BodyUndeclared:  "no body is declared",
	rule.Status:          "the status is not declared",
	rule.Work:            "the body takes too much work to check",
	rule.Interrupted:     "the time ran out before the message was checked",

	rule.JSONSyntax:       "the body is not JSON",
	rule.JSONTrailingData: "there is data after the JSON value",
	rule.JSONDuplicateKey: "the key appears twice in its object",
	rule.JSONKeyCase:      "the key differs only by case from a declared one",
	rule.JSONUTF8:         "the text is not UTF-8",
	rule.JSONSurrogate:    "a surrogate pair is incomplete",
	rule.JSONNUL:          "the text contains a NUL character",
	rule.JSONNumber:       "the number is not exact in every parser",
	rule.JSONDepth:        "the nesting is too deep",

	rule.Required:          "a value is required",
	rule.Type:              "the value has the wrong type",
	"format":               "the value does not have the declared format",
	"pattern":              "the value does not match the pattern",
	"enum":                 "the value is not one of the allowed ones",
	"minimum":              "the number is too small",
	"maximum":              "the number is too large",
	"exclusiveMinimum":     "the number is too small",
	"exclusiveMaximum":     "the number is too large",
	"multipleOf":           "the number is not a multiple of the declared one",
	"minLength":            "the text is too short",
	"maxLength":            "the text is too long",
	"minItems":             "there are too few items",
	"maxItems":             "there are too many items",
	"uniqueItems":          "an item appears twice",
	"minProperties":        "there are too few members",
	"maxProperties":        "there are too many members",
	"additionalProperties": "the member is not declared",
	"nullable":             "null is not allowed",
	"oneOf":                "the value does not match exactly one of the alternatives",
	"anyOf":                "the value matches none of the alternatives",
	"allOf":                "the value does not match all of the parts",
	"not":                  "the value is excluded",
	"discriminator":        "the value does not say which alternative it has",
	"readOnly":             "the value is read-only",
	"writeOnly":            "the value is write-only",
}

func messageOf(broken string) string {
	if m, ok := messages[broken]; ok {
		return m
	}
	return "the value is not valid"
}
