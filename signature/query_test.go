package signature_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTheCanonicalQuery(t *testing.T) {
	for name, c := range map[string]struct{ sent, want string }{
		"is empty where there is none":            {"/", ""},
		"is empty after a question mark":          {"/?", ""},
		"has an equals sign after a key alone":    {"/?k", "k="},
		"has one where the value is empty":        {"/?k=", "k="},
		"is sorted by key":                        {"/?b=1&a=2", "a=2&b=1"},
		"is sorted by key before the equals sign": {"/?a-=1&a=2&a.=3", "a=2&a-=1&a.=3"},
		"is sorted by value in one key":           {"/?k=b&k=a&k=", "k=&k=a&k=b"},
		"keeps a parameter that is there twice":   {"/?k=a&k=a", "k=a&k=a"},
		"is sorted by what is meant":              {"/?k=-&k=%2F&k=%2C", "k=%2C&k=-&k=%2F"},
		"is sorted by bytes":                      {"/?b=1&B=1&%C3%BC=1&~=1", "B=1&b=1&~=1&%C3%BC=1"},
		"takes a plus sign for a space":           {"/?a+b=c+d", "a%20b=c%20d"},
		"keeps an encoded plus sign":              {"/?a=%2B", "a=%2B"},
		"decodes unreserved letters":              {"/?%61=%7e", "a=~"},
		"encodes what was sent unencoded":         {"/?a/b=/:@!'()*,[]{}ü", "a%2Fb=%2F%3A%40%21%27%28%29%2A%2C%5B%5D%7B%7D%C3%BC"},
		"keeps equals signs of a value":           {"/?a=b=c==", "a=b%3Dc%3D%3D"},
		"keeps an encoded ampersand apart":        {"/?a=%26b", "a=%26b"},
		"keeps an encoded semicolon":              {"/?a=%3Bb", "a=%3Bb"},
		"keeps a key that is empty":               {"/?=v&=", "=&=v"},
		"leaves out what is between ampersands":   {"/?&a=1&&b=2&", "a=1&b=2"},
		"keeps a question mark":                   {"/?a?=?", "a%3F=%3F"},
		"sorts more than a few":                   {"/?r&q&p&o&n&m&l&k&j&i&h&g&f&e&d&c&b&a", "a=&b=&c=&d=&e=&f=&g=&h=&i=&j=&k=&l=&m=&n=&o=&p=&q=&r="},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, c.want, line(t, 2, c.sent)) })
	}
}
