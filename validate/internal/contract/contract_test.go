package contract_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/contract"
)

const document = `
openapi: 3.0.3
info: {title: routes, version: "1"}
servers: [{url: https://host/v1/}, {url: /v2}]
security: [{token: []}]
paths:
  /files/{name}:
    parameters: [{name: name, in: path, required: true, schema: {type: string}}]
    get: {operationId: read, responses: {"200": {description: ok}}}
    delete: {security: [], responses: {"204": {description: ok}}}
  /files/{name}.json:
    parameters: [{name: name, in: path, required: true, schema: {type: string}}]
    get: {operationId: readJSON, security: [{token: []}, {}], responses: {"200": {description: ok}}}
  /files/mine:
    post: {operationId: mine, servers: [{url: /other}], responses: {"204": {description: ok}}}
components: {securitySchemes: {token: {type: apiKey, in: header, name: X-Token}}}
`

func TestAPathNamesItsOperation(t *testing.T) {
	c, err := contract.New([]byte(document), "")
	require.NoError(t, err)
	for name, want := range map[string]struct {
		method, url string
		key, value  string
		miss        contract.Miss
	}{
		"below a server's path":                     {method: "GET", url: "/v1/files/a", key: "read", value: "a"},
		"below another server's":                    {method: "GET", url: "/v2/files/a", key: "read", value: "a"},
		"below none":                                {method: "GET", url: "/files/a"},
		"HEAD has the operation of GET":             {method: "HEAD", url: "/v1/files/a", key: "read", value: "a"},
		"more literal text comes first":             {method: "GET", url: "/v1/files/a.json", key: "readJSON", value: "a"},
		"no operationId":                            {method: "DELETE", url: "/v1/files/a", key: "DELETE /files/{name}", value: "a"},
		"an operation with its own server":          {method: "POST", url: "/other/files/mine", key: "mine"},
		"a method that the path does not have":      {method: "PUT", url: "/v1/files/a", miss: contract.Miss{Path: "/files/{name}", Allow: "DELETE, GET, HEAD"}},
		"an escaped slash is part of a value":       {method: "GET", url: "/v1/files/a%2Fb", key: "read", value: "a/b"},
		"a value is decoded once":                   {method: "GET", url: "/v1/files/a%252F", key: "read", value: "a%2F"},
		"an escaped name":                           {method: "GET", url: "/v1/%66iles/a", key: "read", value: "a"},
		"a step up is no value":                     {method: "GET", url: "/v1/files/.."},
		"nor is an escaped one":                     {method: "GET", url: "/v1/files/%2e%2e"},
		"a path is not cleaned":                     {method: "GET", url: "/v1//files/a"},
		"a closing slash is another path":           {method: "GET", url: "/v1/files/a/"},
		"an empty value":                            {method: "GET", url: "/v1/files/"},
		"more segments than any path, with escapes": {method: "GET", url: "/v1/files/%61/b/c/d"},
	} {
		t.Run(name, func(t *testing.T) {
			u, err := url.ParseRequestURI("http://host" + want.url)
			require.NoError(t, err)
			op, path, miss := c.Find(want.method, u, nil)
			if assert.Equal(t, want.miss, miss); want.key == "" {
				assert.Nil(t, op)
				return
			}
			require.NotNil(t, op)
			assert.Equal(t, want.key, op.Key())
			assert.Same(t, op, c.Operations[op.Index])
			assert.Equal(t, want.value, path.PathValue("name"))
		})
	}
}

func TestWhoMustAuthenticate(t *testing.T) {
	c, err := contract.New([]byte(document), "/base")
	require.NoError(t, err)
	secured := map[string]bool{}
	for _, op := range c.Operations {
		secured[op.Key()] = op.IsSecured
	}
	assert.Equal(t, map[string]bool{"read": true, "readJSON": false, "mine": true, "DELETE /files/{name}": false}, secured)
}

func TestPathValuesCanBeKept(t *testing.T) {
	c, err := contract.New([]byte(document), "/base")
	require.NoError(t, err)
	var buf [1]string
	_, path, _ := c.Find("GET", &url.URL{Path: "/base/files/a"}, buf[:0])
	kept := path.Clone()
	buf[0] = "another"
	assert.Equal(t, "a", kept.PathValue("name"))
	assert.Equal(t, map[string]string{"name": "a"}, kept.Map())
	assert.Empty(t, kept.PathValue("other"))
}
