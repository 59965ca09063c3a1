package validate

import (
	"fmt"
	"reflect"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/fastpath"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/reference"
)

// An Authority says who decides that a message keeps to the contract. The
// verdicts are the same.
type Authority int

// The authorities.
const (
	Compiled Authority = iota // checks that are compiled from the contract accept, and kin-openapi decides the rest
	Kin                       // each value is shown to kin-openapi
)

// programs compiles each schema once: an error's schema stands in many
// responses.
type programs struct {
	authority Authority
	made      map[programKey]*fastpath.Program
	judges    map[fastpath.Direction]*reference.Compiler
}

func newPrograms(authority Authority) *programs {
	ps := &programs{authority, map[programKey]*fastpath.Program{}, map[fastpath.Direction]*reference.Compiler{}}
	for _, d := range []fastpath.Direction{fastpath.Request, fastpath.Response} {
		ps.judges[d] = reference.NewCompiler(d, func(s *openapi3.Schema, d fastpath.Direction) *fastpath.Program {
			if authority == Kin {
				return nil
			}
			return fastpath.Compile(s, d)
		})
	}
	return ps
}

// judge returns what finds what is wrong with a value of the schema.
func (ps *programs) judge(ref *openapi3.SchemaRef, d fastpath.Direction) *reference.Schema {
	return ps.judges[d].Schema(ref.Value)
}

type programKey struct {
	schema    *openapi3.Schema
	direction fastpath.Direction
}

// of returns the checks of a schema; nil, which doubts everything, where there
// are none.
func (ps *programs) of(ref *openapi3.SchemaRef, d fastpath.Direction) *fastpath.Program {
	if ps.authority == Kin || ref == nil {
		return nil
	}
	key := programKey{ref.Value, d}
	program, ok := ps.made[key]
	if !ok {
		program = fastpath.Compile(ref.Value, d)
		ps.made[key] = program
	}
	return program
}

// bindBodies prepares the operations whose bodies are bound while they are
// checked.
func bindBodies(operations []*operation, bodies map[string]func() any) error {
	known := map[string]bool{}
	for _, op := range operations {
		known[op.key()] = true
		fresh := bodies[op.key()]
		if fresh == nil {
			continue
		}
		t := reflect.TypeOf(fresh())
		if t == nil || t.Kind() != reflect.Pointer {
			return fmt.Errorf("validate: Options.Bodies has %v for %s, want a pointer", t, op.key())
		}
		if m := op.onlyJSON(); m != nil {
			op.fresh, op.binder = fresh, m.program.Binder(t.Elem())
		}
	}
	for id := range bodies {
		if !known[id] {
			return fmt.Errorf("validate: Options.Bodies has %q, which the contract does not have", id)
		}
	}
	return nil
}

// onlyJSON returns what the operation's body is where there is one declaration
// alone, and nil otherwise: a type is made for one.
func (o *operation) onlyJSON() *media {
	if o.body == nil || len(o.body.Content) != 1 {
		return nil
	}
	for _, declared := range o.body.Content {
		if m := o.media[declared].json; m.kin {
			return m
		}
	}
	return nil
}
