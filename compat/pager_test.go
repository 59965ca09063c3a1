package compat

import (
	"fmt"
	"testing"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/dcs/v2/model"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
)

// A pager like that of Terraform's client never sends limit, adds the number of
// sessions that came to the offset, and stops at [].
func TestAPagerSeesEachSessionOnceWhileClientsComeAndGo(t *testing.T) {
	for name, begin := range map[string]func(*caller){
		"without a scan": func(*caller) {},
		"after a scan":   func(c *caller) { c.scan(model.ScanClientsRequestBody{NodeId: new("n")}) },
	} {
		t.Run(name, func(t *testing.T) {
			redistest.Each(t, func(t *testing.T, node localnode.Node) {
				c := serve(t, node.Addr()).call(t, deploy)
				all := dialMany(t, node.Addr(), 57)
				begin(c)
				seen, offset := map[string]int{}, int32(0)
				for pages := 0; ; pages++ {
					page := c.list(model.ListClientsRequest{NodeId: new("n"), Offset: &offset})
					assert.Equal(t, fmt.Sprintf("node_id=n&offset=%d", offset), c.query)
					assert.EqualValues(t, 58, *page.Count, "the server's own is one")
					if len(*page.Clients) == 0 {
						break
					}
					require.LessOrEqual(t, pages, 5)
					for _, s := range *page.Clients {
						seen[*s.Name]++
					}
					offset += int32(len(*page.Clients))

					newcomer := redistest.Dial(t, node.Addr(), "newcomer")
					for _, left := range []*redistest.Session{all[pages], all[56-pages]} { // it was seen, or was not
						do(t, newcomer, "CLIENT", "KILL", "ADDR", left.Addr(), "TYPE", "normal")
						require.True(t, left.Closed())
					}
				}
				assert.Contains(t, string(c.body), `"clients":[]`)
				want := map[string]int{"": 1}
				for i := range all {
					want[fmt.Sprintf("s-%02d", i)] = 1
				}
				assert.Equal(t, want, seen)
			})
		})
	}
}
