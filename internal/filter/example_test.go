package filter_test

import (
	"fmt"

	"github.com/dcs-sessions/dcs-sessions/internal/filter"
)

// A session has a name and an idle time. All other values are unknown.
type session struct {
	name string
	idle int64
}

func (s session) Text(field string) (string, bool)  { return s.name, field == "name" }
func (s session) Number(field string) (int64, bool) { return s.idle, field == "idle" }

func ExampleParse() {
	matches, err := filter.Parse("idle>5m")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(matches(session{"web-1", 12}), matches(session{"web-2", 3600}))

	_, err = filter.Parse("idle>5x")
	fmt.Println(err)
	// Output:
	// false true
	// "5x" is not a time: 300 (seconds), 90s, 1h30m or 2d
}
