package fastpath_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/gen"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/fastpath"
)

// killSchema returns the schema of the body of a kill in this project's contract.
func killSchema(t testing.TB) *openapi3.Schema {
	data, err := os.ReadFile("../../../openapi.yaml")
	require.NoError(t, err)
	doc, err := openapi3.NewLoader().LoadFromData(data)
	require.NoError(t, err)
	return doc.Components.Schemas["HangUpClientsRequest"].Value
}

func killBody(addresses int) string {
	list := make([]string, addresses)
	for i := range list {
		list[i] = fmt.Sprintf(`"10.0.%d.%d:%d"`, i>>8&255, i&255, 1024+i)
	}
	return `{"client_addrs":[` + strings.Join(list, ",") + `],"node_id":"8f7ee181-88e2-49b7-a4bf-81f18f93a135"}`
}

func BenchmarkKill(b *testing.B) {
	p := fastpath.Compile(killSchema(b), fastpath.Request)
	binder := p.Binder(reflect.TypeFor[gen.HangUpClientsRequest]())
	for _, addresses := range []int{2, 100, 1000, 10000} {
		body := killBody(addresses)
		run := func(name string, once func() bool) {
			b.Run(fmt.Sprintf("%s/%d", name, addresses), func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(int64(len(body)))
				for b.Loop() {
					if !once() {
						b.Fatal("not ok")
					}
				}
			})
		}
		run("check", func() bool { return p.JSONString(body) })
		run("bind", func() bool { return binder.Bind(body, &gen.HangUpClientsRequest{}) })
		run("encoding json", func() bool {
			return json.Unmarshal([]byte(body), &gen.HangUpClientsRequest{}) == nil
		})
	}
}

// A session is an object with 18 members, as a listing has many of.
type session struct {
	ID     string    `json:"id"`
	Addr   string    `json:"addr"`
	Name   string    `json:"name"`
	Cmd    string    `json:"cmd"`
	Age    int64     `json:"age"`
	Idle   int64     `json:"idle"`
	Flags  []string  `json:"flags"`
	DB     int       `json:"db"`
	Sub    int       `json:"sub"`
	PSub   int       `json:"psub"`
	Multi  int       `json:"multi"`
	QBuf   int64     `json:"qbuf"`
	OBL    int64     `json:"obl"`
	Events string    `json:"events"`
	Load   float64   `json:"load"`
	Peer   *string   `json:"peer,omitempty"`
	Since  time.Time `json:"since"`
	Alive  bool      `json:"alive"`
}

func sessionSchema() *openapi3.Schema {
	text, count := openapi3.NewStringSchema, func() *openapi3.Schema { return openapi3.NewInt64Schema().WithMin(0) }
	one := openapi3.NewObjectSchema().WithoutAdditionalProperties().WithProperties(map[string]*openapi3.Schema{
		"id": text().WithPattern(`^[0-9]+$`), "addr": text().WithPattern(`^[0-9.]+:[0-9]+$`).WithMaxLength(53),
		"name": text().WithMaxLength(64), "cmd": text(), "age": count(), "idle": count(),
		"flags": openapi3.NewArraySchema().WithItems(text().WithEnum("N", "M", "S", "O")).WithMaxItems(8),
		"db":    openapi3.NewInt32Schema().WithMin(0).WithMax(15), "sub": count(), "psub": count(), "multi": openapi3.NewIntegerSchema(),
		"qbuf": count(), "obl": count(), "events": text().WithEnum("r", "w", "rw"), "load": openapi3.NewFloat64Schema(),
		"peer": text(), "since": openapi3.NewDateTimeSchema(), "alive": openapi3.NewBoolSchema(),
	}).WithRequired([]string{"id", "addr", "age", "since"})
	return openapi3.NewObjectSchema().WithProperty("sessions", openapi3.NewArraySchema().WithItems(one)).WithRequired([]string{"sessions"})
}

func sessions(count int) any {
	list := make([]session, count)
	for i := range list {
		list[i] = session{
			ID: fmt.Sprint(1000 + i), Addr: fmt.Sprintf("10.0.%d.%d:%d", i>>8&255, i&255, 1024+i), Name: "worker of the night",
			Cmd: "client|list", Age: int64(i) * 7, Idle: 3, Flags: []string{"N", "S"}, DB: i % 16, Multi: -1, QBuf: 26, Events: "rw",
			Load: float64(i) / 7, Since: time.Date(2024, 2, 29, 12, 0, i%60, 0, time.UTC), Alive: true,
		}
	}
	return map[string]any{"sessions": list}
}

func sessionsText(t testing.TB, count int) []byte {
	text, err := json.Marshal(sessions(count))
	require.NoError(t, err)
	return text
}

// The check of a response, and its encoding for comparison.
func BenchmarkSessions(b *testing.B) {
	p := fastpath.Compile(sessionSchema(), fastpath.Response)
	list := sessions(1000)
	text := sessionsText(b, 1000)
	b.Run("encode", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		var into bytes.Buffer
		for b.Loop() {
			into.Reset()
			if json.NewEncoder(&into).Encode(list) != nil {
				b.Fatal()
			}
		}
	})
	b.Run("check", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			if !p.JSON(text) {
				b.Fatal("not ok")
			}
		}
	})
}

// The cost at start-up.
func BenchmarkCompile(b *testing.B) {
	kill, list := killSchema(b), sessionSchema()
	b.Run("kill", func(b *testing.B) {
		for b.Loop() {
			fastpath.Compile(kill, fastpath.Request)
		}
	})
	b.Run("sessions", func(b *testing.B) {
		for b.Loop() {
			fastpath.Compile(list, fastpath.Response)
		}
	})
}
