package client_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/client"
)

func TestFromEnv(t *testing.T) {
	type env = map[string]string
	ours := env{"DCS_ACCESS_KEY": "ours", "DCS_SECRET_KEY": "ours-sk"}
	sdks := env{"HUAWEICLOUD_SDK_AK": "sdks", "HUAWEICLOUD_SDK_SK": "sdks-sk", "HUAWEICLOUD_SDK_SECURITY_TOKEN": "sdks-st"}
	for name, c := range map[string]struct {
		env             []env
		token, key      string // what a call has
		secret, session string // what its signature is made with
		project         string
	}{
		"nothing":                      {env: nil},
		"a token":                      {env: []env{{"DCS_TOKEN": token}}, token: token},
		"a key of ours":                {env: []env{ours}, key: "ours", secret: "ours-sk"},
		"a temporary key of ours":      {env: []env{ours, {"DCS_SECURITY_TOKEN": "st"}}, key: "ours", secret: "ours-sk", session: "st"},
		"the SDK's key":                {env: []env{sdks}, key: "sdks", secret: "sdks-sk", session: "sdks-st"},
		"our key before the SDK's":     {env: []env{ours, sdks}, key: "ours", secret: "ours-sk"},
		"our token before its key":     {env: []env{{"DCS_TOKEN": token}, sdks}, token: token},
		"ours before half of its":      {env: []env{ours, {"HUAWEICLOUD_SDK_AK": "x"}}, key: "ours", secret: "ours-sk"},
		"our project":                  {env: []env{{"DCS_PROJECT_ID": "p"}}, project: "p"},
		"the SDK's project":            {env: []env{{"HUAWEICLOUD_SDK_PROJECT_ID": "q"}}, project: "q"},
		"our project before the SDK's": {env: []env{{"DCS_PROJECT_ID": "p", "HUAWEICLOUD_SDK_PROJECT_ID": "q"}}, project: "p"},
	} {
		t.Run(name, func(t *testing.T) {
			credentials, id, err := client.FromEnv(getenv(c.env...))
			require.NoError(t, err)
			assert.Equal(t, c.project, id)
			a := serve(t, status(http.StatusNoContent))
			require.NoError(t, kill(t, a.URL, client.Options{Credentials: credentials}))
			r := a.requests()[0]
			assert.Equal(t, c.token, r.header.Get("X-Auth-Token"))
			assert.Equal(t, c.session, r.header.Get("X-Security-Token"))
			if c.key == "" {
				assert.NotContains(t, r.header, "Authorization")
				return
			}
			signed, err := verify(r, a.Listener.Addr().String(), c.secret)
			require.NoError(t, err)
			assert.Equal(t, c.key, signed.AccessKeyID)
		})
	}
	for name, c := range map[string]struct {
		env  []env
		want string
	}{
		"a key of ours without its secret":       {[]env{{"DCS_ACCESS_KEY": "a"}, sdks}, "client: DCS_SECRET_KEY is not set, but others of the key are"},
		"a secret of ours without its key":       {[]env{{"DCS_SECRET_KEY": "s"}, sdks}, "client: DCS_ACCESS_KEY is not set, but others of the key are"},
		"a security token of ours alone":         {[]env{{"DCS_SECURITY_TOKEN": "t"}}, "client: DCS_ACCESS_KEY is not set, but others of the key are"},
		"half a key with a token":                {[]env{{"DCS_TOKEN": "t", "DCS_ACCESS_KEY": "a"}}, "client: DCS_SECRET_KEY is not set, but others of the key are"},
		"the SDK's key without its secret":       {[]env{{"HUAWEICLOUD_SDK_AK": "a"}}, "client: HUAWEICLOUD_SDK_SK is not set, but others of the key are"},
		"the SDK's secret without its key":       {[]env{{"HUAWEICLOUD_SDK_SK": "s"}}, "client: HUAWEICLOUD_SDK_AK is not set, but others of the key are"},
		"our secret does not go with the SDK's":  {[]env{{"DCS_SECRET_KEY": "s", "HUAWEICLOUD_SDK_AK": "a"}}, "client: DCS_ACCESS_KEY is not set, but others of the key are"},
		"a token and a key of ours":              {[]env{{"DCS_TOKEN": "t"}, ours}, "client: DCS_TOKEN and DCS_ACCESS_KEY are both set"},
		"a key that no signature can be made of": {[]env{{"DCS_ACCESS_KEY": "a b", "DCS_SECRET_KEY": secretKey}}, "client: DCS_ACCESS_KEY: signature: the key has a comma, a slash, white space or a non-ASCII character in its access key ID, region or service"},
	} {
		t.Run(name+" is an error", func(t *testing.T) {
			credentials, id, err := client.FromEnv(getenv(append(c.env, env{"DCS_PROJECT_ID": "p"})...))
			assert.EqualError(t, err, c.want)
			assert.Nil(t, credentials)
			assert.Empty(t, id)
		})
	}
}

func getenv(sets ...map[string]string) func(string) string {
	return func(name string) string {
		for _, set := range sets {
			if value, ok := set[name]; ok {
				return value
			}
		}
		return ""
	}
}
