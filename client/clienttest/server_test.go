package clienttest_test

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/dcs-sessions/dcs-sessions/client/clienttest"
	"github.com/dcs-sessions/dcs-sessions/signature"
)

func start(t *testing.T, o client.Options) (*clienttest.Server, func(addr string) error) {
	api := clienttest.New()
	t.Cleanup(api.Close)
	o.Retry.Attempts = 1
	c, err := client.New(api.URL, o)
	require.NoError(t, err)
	return api, func(addr string) error {
		_, err := c.Instance("p", "i").Kill(t.Context(), "n", []client.Target{client.Addr(addr)})
		return err
	}
}

func TestKillsAreRecordedWithoutCredentials(t *testing.T) {
	api, kill := start(t, client.Options{UserAgent: "ops/1", Credentials: client.AccessKey(signature.Key{
		AccessKeyID: "AK", SecretKey: "a-secret", SecurityToken: "another-secret",
	})})
	require.NoError(t, kill("192.0.2.1:1"))
	require.NoError(t, kill("192.0.2.1:2"))
	kills := api.Kills()
	require.Len(t, kills, 2)
	header := kills[0].Header
	assert.Equal(t, []string{"ops/1"}, header.Values("User-Agent"))
	assert.Equal(t, []string{"***"}, header.Values("Authorization"))
	assert.Equal(t, []string{"***"}, header.Values("X-Security-Token"))
	assert.NotContains(t, header, "X-Auth-Token")
	kills[0].Header, kills[1].Header = nil, nil
	assert.Equal(t, []clienttest.Kill{
		{Project: "p", Instance: "i", Node: "n", Addrs: []string{"192.0.2.1:1"}, Status: 204},
		{Project: "p", Instance: "i", Node: "n", Addrs: []string{"192.0.2.1:2"}, Status: 204},
	}, kills)
}

func TestATokenIsNotRecorded(t *testing.T) {
	api, kill := start(t, client.Options{Credentials: client.Token("a-secret")})
	require.NoError(t, kill("192.0.2.1:1"))
	assert.Equal(t, []string{"***"}, api.Kills()[0].Header.Values("X-Auth-Token"))
}

func TestKillsFailAsTold(t *testing.T) {
	api, kill := start(t, client.Options{})
	var texts []string
	calls := func(n int) (statuses []int) {
		texts = nil
		for range n {
			text := ""
			if err := kill("192.0.2.1:1"); err != nil {
				text, _, _ = strings.Cut(err.Error(), " [request ")
			}
			texts = append(texts, text)
		}
		for _, k := range api.Kills() {
			statuses = append(statuses, k.Status)
		}
		return statuses
	}
	api.FailNext(2, 503, "DCS.5024", "busy")
	api.FailNext(1, 429, "APIGW.0308", "slower")
	assert.Equal(t, []int{503, 503, 429, 204}, calls(4))
	assert.Equal(t, []string{"503 DCS.5024: busy", "503 DCS.5024: busy", "429 APIGW.0308: slower", ""}, texts)

	api.Reset()
	api.Fail(401, "DCS.1001", "no")
	api.FailNext(1, 500, "DCS.5000", "oops")
	assert.Equal(t, []int{500, 401, 401}, calls(3))

	api.FailNext(1, 500, "DCS.5000", "oops")
	api.Reset()
	assert.Empty(t, api.Kills())
	assert.Equal(t, []int{204}, calls(1))
}

func TestEachAnswerHasARequestIDOfItsOwn(t *testing.T) {
	api, kill := start(t, client.Options{})
	api.Fail(400, "DCS.4800", "no")
	assert.EqualError(t, kill("192.0.2.1:1"), "400 DCS.4800: no [request request-1]")
	assert.EqualError(t, kill("192.0.2.1:1"), "400 DCS.4800: no [request request-2]")
}

func TestWhatIsNoKillIsRefusedAndNotRecorded(t *testing.T) {
	api, _ := start(t, client.Options{})
	const path = "/v2/p/instances/i/clients/kill"
	for name, c := range map[string]struct {
		method, path, body string
		status             int
		code               string
	}{
		"another path":       {"POST", "/v2/p", "{}", 404, "DCS.4001"},
		"another method":     {"GET", path, "", 404, "DCS.4001"},
		"a body that is not": {"POST", path, "", 400, "DCS.4005"},
		"a body of no JSON":  {"POST", path, "kill", 400, "DCS.4005"},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := http.NewRequestWithContext(t.Context(), c.method, api.URL+c.path, strings.NewReader(c.body))
			require.NoError(t, err)
			resp, err := http.DefaultClient.Do(r)
			require.NoError(t, err)
			defer resp.Body.Close()
			body, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			assert.Equal(t, c.status, resp.StatusCode)
			assert.Contains(t, string(body), `"`+c.code+`"`)
			assert.Equal(t, "application/json", resp.Header.Get("Content-Type"))
		})
	}
	assert.Empty(t, api.Kills())
}

func TestManyCallAtOnce(t *testing.T) {
	api, kill := start(t, client.Options{})
	var calls sync.WaitGroup
	for range 20 {
		calls.Go(func() { assert.NoError(t, kill("192.0.2.1:1")) })
	}
	calls.Wait()
	assert.Len(t, api.Kills(), 20)
}
