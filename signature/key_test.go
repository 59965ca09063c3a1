package signature_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/signature"
)

func TestAKeyShowsNoSecret(t *testing.T) {
	for want, k := range map[string]signature.Key{
		"Key(AK)":               {AccessKeyID: "AK", SecretKey: "hunter2", SecurityToken: "hunter2"},
		"Key(AK/eu-west-0/dcs)": {AccessKeyID: "AK", SecretKey: "hunter2", SecurityToken: "hunter2", Region: "eu-west-0", Service: "dcs"},
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%t"} {
			assert.Equal(t, want, fmt.Sprintf(verb, k)[:len(want)], verb)
			assert.Contains(t, fmt.Sprintf(verb, &k), want, verb)
			for _, text := range []string{fmt.Sprintf(verb, k), fmt.Sprintf(verb, struct{ K signature.Key }{k}), fmt.Sprintf(verb, []any{&k})} {
				assert.NotContains(t, text, "hunter2", verb)
				assert.NotContains(t, text, "68756e74657232", verb)
			}
		}
		assert.Equal(t, want, k.String())
		assert.Equal(t, want, k.GoString())
		assert.Equal(t, want, k.LogValue().String())

		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("", "key", k, "pointer", &k)
		slog.New(slog.NewJSONHandler(&log, nil)).Info("", "key", k, "inside", struct{ K *signature.Key }{&k})
		assert.NotContains(t, log.String(), "hunter2")
		assert.Contains(t, log.String(), want)

		encoded, err := json.Marshal(map[string]any{"key": k})
		require.NoError(t, err)
		assert.Equal(t, `{"key":"`+want+`"}`, string(encoded))
	}
}

func TestValidateRefusesAKeyThatCannotSign(t *testing.T) {
	for name, c := range map[string]struct {
		key  signature.Key
		want string
	}{
		"no access key ID":              {signature.Key{SecretKey: "hunter2"}, "no access key ID"},
		"no secret":                     {signature.Key{AccessKeyID: "AK"}, "no secret"},
		"a region alone":                {signature.Key{AccessKeyID: "AK", SecretKey: "hunter2", Region: "r"}, "only one of region and service"},
		"a service alone":               {signature.Key{AccessKeyID: "AK", SecretKey: "hunter2", Service: "s"}, "only one of region and service"},
		"a comma in the access key id":  {signature.Key{AccessKeyID: "A,K", SecretKey: "hunter2"}, "a comma"},
		"a line end in it":              {signature.Key{AccessKeyID: "AK\n", SecretKey: "hunter2"}, "a comma"},
		"a letter outside ASCII in it":  {signature.Key{AccessKeyID: "ÄK", SecretKey: "hunter2"}, "a comma"},
		"a slash in the region":         {signature.Key{AccessKeyID: "AK", SecretKey: "hunter2", Region: "a/b", Service: "s"}, "a comma"},
		"a space in the service's name": {signature.Key{AccessKeyID: "AK", SecretKey: "hunter2", Region: "r", Service: "a b"}, "a comma"},
	} {
		t.Run(name, func(t *testing.T) {
			err := c.key.Validate()
			require.ErrorContains(t, err, c.want)
			assert.NotContains(t, err.Error(), "hunter2")
			r := exampleRequest(t)
			require.NoError(t, signature.Sign(r, nil, key, now))
			assert.Equal(t, err, signature.Sign(r, nil, c.key, now))
			assert.NotContains(t, r.Header, "Authorization")
		})
	}
	assert.NoError(t, key.Validate())
	assert.NoError(t, v11.Validate())
}
