package client_test

import (
	"errors"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/dcs-sessions/dcs-sessions/client/clienttest"
)

const replacedBody = `{"error_code":"DCS.4800","error_msg":"Another session has an address now.","error_ext_msg":"List again."}`

// outcomeOf sends a response with this value of the header.
func outcomeOf(code int, value, body string) http.HandlerFunc {
	header := http.Header{"X-Request-Id": {"r-1"}, "Content-Type": {"application/json"}}
	if value != "" {
		header.Set("X-Kill-Outcome", value)
	}
	return answer(code, header, body)
}

func TestAKillSaysWhatBecameOfEachSession(t *testing.T) {
	three := client.Addrs("192.0.2.1:1", "192.0.2.1:2", "192.0.2.1:3")
	for name, c := range map[string]struct {
		header  string
		targets []client.Target
		counts  *client.Counts
		results []client.Result
	}{
		"all killed":             {"killed=3, gone=0, replaced=0", three, &client.Counts{Killed: 3}, []client.Result{"killed", "killed", "killed"}},
		"all gone":               {"killed=0, gone=3, replaced=0", three, &client.Counts{Gone: 3}, []client.Result{"gone", "gone", "gone"}},
		"the second gone":        {"killed=2, gone=1, replaced=0, gone-at=:QA==:", three, &client.Counts{Killed: 2, Gone: 1}, []client.Result{"killed", "gone", "killed"}},
		"the third gone":         {"killed=2, gone=1, replaced=0, gone-at=:IA==:", three, &client.Counts{Killed: 2, Gone: 1}, []client.Result{"killed", "killed", "gone"}},
		"one named twice":        {"killed=1, gone=1, replaced=0, gone-at=:gA==:", three, &client.Counts{Killed: 1, Gone: 1}, []client.Result{"gone", "killed", "killed"}},
		"one gone, named thrice": {"killed=0, gone=1, replaced=0", three, &client.Counts{Gone: 1}, []client.Result{"gone", "gone", "gone"}},
		"ids come after addresses": {"killed=1, gone=2, replaced=0, gone-at=:YA==:",
			[]client.Target{client.ID("7"), client.Addr("192.0.2.1:1"), client.ID("8")},
			&client.Counts{Killed: 1, Gone: 2}, []client.Result{"gone", "killed", "gone"}},
		"in another order, with more in it": {"gone-at=:QA==:;a=1,replaced=0,x=?1,  gone=1;b , killed=2", three, &client.Counts{Killed: 2, Gone: 1}, []client.Result{"killed", "gone", "killed"}},

		"no header, as the real service": {"", three, nil, []client.Result{"closed", "closed", "closed"}},
		"what is no dictionary":          {"three", three, nil, []client.Result{"closed", "closed", "closed"}},
		"a count that is missing":        {"killed=3, gone=0", three, nil, []client.Result{"closed", "closed", "closed"}},
		"a count below zero":             {"killed=3, gone=-1, replaced=0", three, nil, []client.Result{"closed", "closed", "closed"}},
		"counts of more than there are":  {"killed=4, gone=0, replaced=0", three, nil, []client.Result{"closed", "closed", "closed"}},
		"nothing was killed at all":      {"killed=0, gone=0, replaced=0", three, nil, []client.Result{"closed", "closed", "closed"}},
		"it does not say which":          {"killed=2, gone=1, replaced=0", three, nil, []client.Result{"closed", "closed", "closed"}},
		"bits that are too many":         {"killed=2, gone=1, replaced=0, gone-at=:QAA=:", three, nil, []client.Result{"closed", "closed", "closed"}},
		"bits that are too few":          {"killed=1, gone=2, replaced=0, gone-at=:QA==:", three, nil, []client.Result{"closed", "closed", "closed"}},
		"bits that are no base64":        {"killed=2, gone=1, replaced=0, gone-at=:?:", three, nil, []client.Result{"closed", "closed", "closed"}},
		"bits that are no byte sequence": {`killed=2, gone=1, replaced=0, gone-at="QA=="`, three, nil, []client.Result{"closed", "closed", "closed"}},
	} {
		t.Run(name, func(t *testing.T) {
			a := serve(t, outcomeOf(204, c.header, ""))
			outcome, err := once(t, a.URL, client.Options{}).Instance(project, instance).Kill(t.Context(), node, c.targets)
			require.NoError(t, err)
			assert.Equal(t, client.Outcome{Counts: c.counts, Results: c.results}, outcome)
		})
	}
}

func TestAReplacedSessionIsAnErrorWithTheOutcome(t *testing.T) {
	a := serve(t, outcomeOf(400, "killed=1, gone=0, replaced=1, replaced-at=:QA==:", replacedBody))
	outcome, err := once(t, a.URL, client.Options{}).Instance(project, instance).Kill(t.Context(), node, client.Addrs("192.0.2.1:1", "192.0.2.1:2"))
	var answer *client.Error
	require.ErrorAs(t, err, &answer)
	assert.ErrorIs(t, err, client.ErrReplaced)
	assert.False(t, answer.Retryable())
	assert.EqualError(t, err, "400 DCS.4800: Another session has an address now. (List again.) [request r-1]")
	assert.Equal(t, client.Outcome{Counts: &client.Counts{Killed: 1, Replaced: 1}, Results: []client.Result{"killed", "replaced"}}, outcome)
}

func TestAnErrorThatSaysNothingLeavesNothingCounted(t *testing.T) {
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   client.Result
	}{
		"a refusal":                      {outcomeOf(400, "", replacedBody), client.NotKilled},
		"a refusal by the gateway":       {outcomeOf(401, "killed=1, gone=0, replaced=0", replacedBody), client.NotKilled},
		"a failure":                      {outcomeOf(500, "", replacedBody), client.Unknown},
		"a failure that claims too much": {outcomeOf(500, "killed=1, gone=0, replaced=0", replacedBody), client.Unknown},
		"a success that is none":         {outcomeOf(200, "killed=1, gone=0, replaced=0", replacedBody), client.Unknown},
		"no answer":                      {hangUp, client.Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			a := serve(t, c.answer)
			outcome, err := once(t, a.URL, client.Options{}).Instance(project, instance).Kill(t.Context(), node, []client.Target{client.Addr(addr)})
			require.Error(t, err)
			assert.Equal(t, client.Outcome{Results: []client.Result{c.want}}, outcome)
			var answer *client.Error
			assert.False(t, errorsAs(err, &answer) && errors.Is(err, client.ErrReplaced))
		})
	}
	t.Run("nor does an attempt before it", func(t *testing.T) {
		a := serve(t, then(outcomeOf(503, "killed=1, gone=0, replaced=0", replacedBody), hangUp, hangUp))
		c, _ := patient(t, a.URL, client.Options{})
		outcome, err := c.Instance(project, instance).Kill(t.Context(), node, []client.Target{client.Addr(addr)})
		require.Error(t, err)
		assert.Equal(t, client.Outcome{Results: []client.Result{client.Unknown}}, outcome)
	})
}

// The real service ignores client_ids, and would respond with 204.
func TestAnIDThatTheServerSaysNothingOfIsNotTakenForKilled(t *testing.T) {
	a := serve(t, status(http.StatusNoContent))
	outcome, err := once(t, a.URL, client.Options{}).Instance(project, instance).Kill(t.Context(), node, []client.Target{client.Addr(addr), client.ID("7")})
	assert.EqualError(t, err, "client: the response does not say what became of the ids: the server may not kill by id")
	assert.Equal(t, client.Outcome{Results: []client.Result{client.Closed, client.Unknown}}, outcome)
}

func TestTheOutcomesOfSeveralRequestsAreOne(t *testing.T) {
	all := func(value string) http.HandlerFunc { return outcomeOf(204, value, "") }
	first, second := "killed=10000, gone=0, replaced=0", "killed=0, gone=10000, replaced=0"
	oneReplaced := outcomeOf(400, "killed=0, gone=9999, replaced=1, gone-at=:"+ones(9999)+":, replaced-at=:"+oneAt(9999)+":", replacedBody)
	for name, c := range map[string]struct {
		answers  []http.HandlerFunc
		counts   *client.Counts
		results  []client.Result // of the first, the 10,000th, the 10,001st and the last
		replaced bool
		text     string
	}{
		"all say so":      {[]http.HandlerFunc{all(first), all(second), all("killed=5000, gone=0, replaced=0")}, &client.Counts{Killed: 15_000, Gone: 10_000}, []client.Result{"killed", "killed", "gone", "killed"}, false, ""},
		"one does not":    {[]http.HandlerFunc{all(first), status(204), all("killed=5000, gone=0, replaced=0")}, nil, []client.Result{"killed", "killed", "closed", "killed"}, false, ""},
		"one is replaced": {[]http.HandlerFunc{oneReplaced, all(second), all("killed=5000, gone=0, replaced=0")}, &client.Counts{Killed: 5000, Gone: 19_999, Replaced: 1}, []client.Result{"gone", "replaced", "gone", "killed"}, true, "400 DCS.4800: Another session has an address now. (List again.) [request r-1]"},
		"the last fails":  {[]http.HandlerFunc{all(first), all(second), outcomeOf(500, "", replacedBody)}, nil, []client.Result{"killed", "killed", "gone", "unknown"}, false, "20000 of 25000 sessions are done, then: 500 DCS.4800: Another session has an address now. (List again.) [request r-1]"},
		"the second is refused, and the last not sent": {[]http.HandlerFunc{all(first), outcomeOf(400, "", replacedBody)}, nil, []client.Result{"killed", "killed", "not killed", "not killed"}, false,
			"10000 of 25000 sessions are done, then: 400 DCS.4800: Another session has an address now. (List again.) [request r-1]"},
	} {
		t.Run(name, func(t *testing.T) {
			a := serve(t, then(c.answers...))
			outcome, err := once(t, a.URL, client.Options{}).Instance(project, instance).Kill(t.Context(), node, client.Addrs(peers(25_000)...))
			if c.text == "" {
				require.NoError(t, err)
			} else {
				require.EqualError(t, err, c.text)
			}
			var answer *client.Error
			assert.Equal(t, c.replaced, errorsAs(err, &answer) && errors.Is(err, client.ErrReplaced))
			assert.Len(t, a.requests(), len(c.answers))
			assert.Equal(t, c.counts, outcome.Counts)
			require.Len(t, outcome.Results, 25_000)
			r := outcome.Results
			assert.Equal(t, c.results, []client.Result{r[0], r[9999], r[10_000], r[24_999]})
		})
	}
}

func TestAListedSessionIsKilledByItsAddressOrElseItsID(t *testing.T) {
	for name, c := range map[string]struct {
		session client.Session
		want    string
	}{
		"a peer":                   {client.Session{ID: "7", Addr: "10.0.0.1:1", Peer: "10.0.0.2:2"}, "10.0.0.2:2"},
		"a node of a proxy":        {client.Session{ID: "7", Addr: "10.0.0.1:1"}, "10.0.0.1:1"},
		"IPv6":                     {client.Session{ID: "7", Addr: "[2001:db8::1]:1"}, "[2001:db8::1]:1"},
		"a Unix socket":            {client.Session{ID: "7", Addr: "x", Peer: "/run/redis.sock:0"}, "id 7"},
		"a Unix socket of Valkey":  {client.Session{ID: "7", Peer: "[/run/redis.sock:0]:0"}, "id 7"},
		"an unknown address":       {client.Session{ID: "7", Addr: "10.0.0.1:1", Peer: "?:0"}, "id 7"},
		"no port":                  {client.Session{ID: "7", Addr: "10.0.0.1:0"}, "id 7"},
		"a zone":                   {client.Session{ID: "7", Addr: "[fe80::1%eth0]:1"}, "id 7"},
		"an id that is no number":  {client.Session{ID: "x", Addr: "?:0"}, ""},
		"an id that counts from 1": {client.Session{ID: "0", Addr: "?:0"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			target := c.session.Target()
			assert.Equal(t, c.want, target.String())
			assert.Equal(t, c.want == "", target.IsZero())
		})
	}
}

// The fake kills the session that was listed and no other, as the server does.
func TestWhoWasListedIsKilledAndNobodyElse(t *testing.T) {
	api := clienttest.New()
	defer api.Close()
	c := once(t, api.URL, client.Options{})
	set := func(ids ...string) {
		var sessions []client.Session
		for i, id := range ids {
			sessions = append(sessions, client.Session{ID: id, Addr: "192.0.2.1:" + []string{"1", "2", "3"}[i]})
		}
		api.SetSessions(node, sessions)
	}
	set("7", "8", "9")
	var listed []client.Target
	for session, err := range c.Instance(project, instance).List(t.Context(), node, client.ListOptions{}) {
		require.NoError(t, err)
		listed = append(listed, session.Target())
	}
	set("7", "10") // 8 is replaced, and 9 is gone
	outcome, err := c.Instance(project, instance).Kill(t.Context(), node, listed)
	var answer *client.Error
	require.ErrorAs(t, err, &answer)
	assert.ErrorIs(t, err, client.ErrReplaced)
	assert.Equal(t, []client.Result{"killed", "replaced", "gone"}, outcome.Results)
	left := slices.Collect(func(yield func(string) bool) {
		for session := range c.Instance(project, instance).List(t.Context(), node, client.ListOptions{}) {
			yield(session.ID)
		}
	})
	assert.Equal(t, []string{"10"}, left)
}
