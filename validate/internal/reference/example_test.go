package reference_test

import (
	"context"
	"fmt"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/fastpath"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/reference"
)

func Example() {
	pet := openapi3.NewObjectSchema().
		WithProperty("name", openapi3.NewStringSchema()).
		WithProperty("age", openapi3.NewIntegerSchema().WithMin(0)).
		WithRequired([]string{"name"})
	s := reference.NewCompiler(fastpath.Request, fastpath.Compile).Schema(openapi3.NewArraySchema().WithItems(pet))

	findings, err := s.Find(context.Background(), `[{"name":"rex"},{"age":-1}]`, 16)
	if err != nil {
		panic(err)
	}
	for _, f := range findings {
		fmt.Printf("%s %s: %v\n", f.Pointer, f.Rule, f.Err)
	}
	// Output:
	// /1/age minimum: number must be at least 0
	// /1/name required: property "name" is missing
}
