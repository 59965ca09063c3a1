package client_test

import (
	"encoding/json"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/client"
)

// full is a session with every field, as the API writes it.
const full = `{"addr":"10.0.0.7:1","age":5,"cmd":"get","db":"0","events":"r","fd":"8","flags":"N","id":"7","idle":2,"multi":-1,
	"name":"worker","network":"tcp","obl":5,"oll":6,"omem":7,"peer":"10.0.0.8:2","protected":true,"protection":"sentinel",
	"psub":2,"qbuf":3,"qbuf_free":4,"sub":1,"user":"u"}`

func TestTheJSONOfASessionIsTheAPIs(t *testing.T) {
	var s client.Session
	require.NoError(t, json.Unmarshal([]byte(full), &s))
	assert.Equal(t, 5*time.Second, s.Age)
	assert.Equal(t, "sentinel", s.Protection)
	text, err := json.Marshal(s)
	require.NoError(t, err)
	assert.JSONEq(t, full, string(text))
}

func TestTheAddressOfASessionIsThePeers(t *testing.T) {
	for name, c := range map[string]struct {
		session client.Session
		want    string // of AddrPort
	}{
		"a peer":        {client.Session{Addr: "10.0.0.1:1", Peer: "10.0.0.2:2"}, "10.0.0.2:2"},
		"no peer":       {client.Session{Addr: "[2001:db8::1]:1"}, "[2001:db8::1]:1"},
		"a Unix socket": {client.Session{Addr: "/run/redis.sock:0"}, "invalid AddrPort"},
		"no port":       {client.Session{Addr: "10.0.0.1:0"}, "invalid AddrPort"},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.want, c.session.AddrPort().String())
		})
	}
	assert.Equal(t, netip.AddrPort{}, client.Session{}.AddrPort())
}

func TestTheJSONOfAJobIsTheAPIs(t *testing.T) {
	const text = `{"job_id":"j","job_type":"killAllClientsJob","status":"FAIL","begin_time":"1795507200000","end_time":"1795507201500",
		"fail_reason":"down","counts":{"total":9,"killed":4,"gone":3,"protected":2,"failed":0}}`
	var j client.Job
	require.NoError(t, json.Unmarshal([]byte(text), &j))
	assert.Equal(t, 1500*time.Millisecond, j.Ended.Sub(j.Began))
	again, err := json.Marshal(j)
	require.NoError(t, err)
	assert.JSONEq(t, text, string(again))
	again, err = json.Marshal(client.Job{ID: "j", Status: client.JobInit})
	require.NoError(t, err)
	assert.JSONEq(t, `{"job_id":"j","status":"INIT"}`, string(again), "what is not known is left out")
}
