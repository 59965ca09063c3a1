package signature

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestCharacterClassesAgreeWithNetHTTP(t *testing.T) {
	punctuation := map[charClass]string{nameChar: "", hostChar: "", lowerHex: "", slash: ""}
	for c := range 256 {
		s := string([]byte{byte(c)})
		assert.Equal(t, url.QueryEscape(s) == s, unreserved.all(s), "%q", s)
		isToken := http.CanonicalHeaderKey("a"+s) == "A"+strings.ToLower(s) // it does not change a text that is no token
		assert.Equal(t, isToken, token.all(s), "%q", s)
		assert.Equal(t, isToken && s == strings.ToLower(s), lowerToken.all(s), "%q", s)
		if !strings.ContainsAny(s, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") {
			for l := range punctuation {
				if l.all(s) {
					punctuation[l] += s
				}
			}
		}
	}
	assert.Equal(t, map[charClass]string{
		nameChar: "!\"#$%&'()*+-.:;<=>?@[\\]^_`{|}~",
		hostChar: "!$&'()*+,-.:;=[]_~",
		lowerHex: "",
		slash:    "/",
	}, punctuation)
	assert.True(t, hostChar.all("azAZ09") && nameChar.all("azAZ09") && lowerHex.all("af09") && !lowerHex.all("A") && !lowerHex.all("g"))
	assert.True(t, unreserved.all(""))
	assert.False(t, unreserved.nonEmpty(""))
}
