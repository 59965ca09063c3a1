package fastpath_test

import (
	"fmt"
	"reflect"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/fastpath"
)

func Example() {
	schema := openapi3.NewObjectSchema().
		WithProperty("name", openapi3.NewStringSchema().WithPattern("^[a-z]+$")).
		WithProperty("age", openapi3.NewIntegerSchema().WithMin(0)).
		WithRequired([]string{"name"}).
		WithoutAdditionalProperties()
	type pet struct {
		Name string `json:"name"`
		Age  int    `json:"age"`
	}
	binder := fastpath.Compile(schema, fastpath.Request).Binder(reflect.TypeFor[pet]())

	for _, body := range []string{`{"name":"rex","age":3}`, `{"name":"rex","NAME":"Rex"}`, `{"name":"\u0072ex"}`} {
		var p pet
		if binder.Bind(body, &p) {
			fmt.Printf("%+v\n", p)
		} else {
			fmt.Println("fall back: kin-openapi decides on", body)
		}
	}
	// Output:
	// {Name:rex Age:3}
	// fall back: kin-openapi decides on {"name":"rex","NAME":"Rex"}
	// fall back: kin-openapi decides on {"name":"\u0072ex"}
}
