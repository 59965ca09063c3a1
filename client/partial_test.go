package client_test

import (
	"net/http"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/dcs-sessions/dcs-sessions/client/clienttest"
)

func peers(n int) []string {
	addrs := make([]string, n)
	for i := range addrs {
		addrs[i] = "192.0.2.1:" + strconv.Itoa(i+1)
	}
	return addrs
}

func TestManyAddressesAreKilledInSeveralRequests(t *testing.T) {
	for name, c := range map[string]struct {
		addrs int
		want  []int
	}{
		"as many as one request holds": {10_000, []int{10_000}},
		"one more":                     {10_001, []int{10_000, 1}},
		"three requests":               {25_000, []int{10_000, 10_000, 5_000}},
	} {
		t.Run(name, func(t *testing.T) {
			api := clienttest.New()
			defer api.Close()
			cl, err := client.New(api.URL, client.Options{})
			require.NoError(t, err)
			addrs := peers(c.addrs)
			require.NoError(t, killAt(t.Context(), cl, addrs...))
			var sent []string
			var sizes []int
			for _, k := range api.Kills() {
				sent = append(sent, k.Addrs...)
				sizes = append(sizes, len(k.Addrs))
				assert.Equal(t, []string{project, instance, node}, []string{k.Project, k.Instance, k.Node})
			}
			assert.Equal(t, c.want, sizes)
			assert.Equal(t, addrs, sent)
		})
	}
}

func TestAFailureTellsHowManyAreKilled(t *testing.T) {
	for name, c := range map[string]struct {
		before []int // what the requests before the failing one are answered with
		done   int
		text   string
	}{
		"at the first request": {nil, 0, "500 DCS.5000: no [request r-1]"},
		"at the second":        {[]int{204}, 10_000, "10000 of 25000 sessions are done, then: 500 DCS.5000: no [request r-1]"},
		"at the third":         {[]int{204, 204}, 20_000, "20000 of 25000 sessions are done, then: 500 DCS.5000: no [request r-1]"},
		"attempts do not count": {[]int{503, 204, 503}, 10_000,
			"10000 of 25000 sessions are done, then: 500 DCS.5000: no [request r-1]"},
	} {
		t.Run(name, func(t *testing.T) {
			var steps []http.HandlerFunc
			for _, code := range c.before {
				steps = append(steps, status(code))
			}
			steps = append(steps, answer(500, http.Header{"X-Request-Id": {"r-1"}}, `{"error_code":"DCS.5000","error_msg":"no"}`))
			a := serve(t, then(steps...))
			cl, _ := patient(t, a.URL, client.Options{})
			err := killAt(t.Context(), cl, peers(25_000)...)
			require.EqualError(t, err, c.text)
			assert.Len(t, a.requests(), len(steps), "nothing is sent after a failure")

			var single *client.Error
			require.ErrorAs(t, err, &single)
			var partial *client.PartialError
			if c.done == 0 {
				assert.NotErrorAs(t, err, &partial)
				return
			}
			require.ErrorAs(t, err, &partial)
			assert.Equal(t, c.done, partial.Done)
			assert.Equal(t, 25_000, partial.Of)
			assert.NoError(t, killAt(t.Context(), cl, peers(25_000)...), "a repeated call")
		})
	}
}
