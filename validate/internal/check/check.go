// Package check says what a message has that its contract does not allow.
//
//	checker, err := check.New(c, check.Options{Budget: budget, …}) // at start-up
//	op := checker.Operations[found.Index]
//
//	var request check.Request
//	if !request.Begin(op, check.RequestHead{…}) { // false: the body is checked
//		text, err = … // it is read
//	}
//	text = request.Check(ctx, check.Body{Text: text, Err: err}, charge)
//	// request.Violations, request.Bound; text is what may be passed on
//
//	var response check.Response
//	if response.CheckHead(ctx, op, check.ResponseHead{…}) == check.Read {
//		response.CheckBody(ctx, check.Body{…}, charge)
//	}
//	// response.Violations
//
// It takes plain values and reads no body, so that each HTTP stack's adapter is a
// file. The same steps serve messages that are refused and messages that are
// observed; what becomes of a message is the adapter's to decide.
//
// Each value is first given to the compiled checks of package fastpath, which say
// that it is good or that they cannot tell. Package reference judges the rest, byte
// by byte for JSON, and package decode what is not JSON.
package check

import (
	"fmt"
	"reflect"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/body"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/contract"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/fastpath"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/reference"
)

// Options are what checks need to know that no contract says.
type Options struct {
	MaxRequestBody, MaxResponseBody int64 // bytes, also of bodies that are decoded
	DecodeGzip                      bool  // bodies of Content-Encoding gzip are decoded, and not a violation
	Budget                          *body.Budget
	NoFastPath                      bool // the compiled checks are left out; the verdicts are the same
}

// A Checker has the checks of each operation of a contract. It is safe for
// concurrent use.
type Checker struct {
	Operations []*Operation // as in contract.Contract

	o Options
}

// New compiles the checks of a contract. bodyTypes makes a new value, a pointer,
// that an operation's JSON body is bound to while it is checked, by the operation's
// key. New returns an error for a key that the contract does not have, and for a
// value that is no pointer.
func New(c *contract.Contract, o Options, bodyTypes map[string]func() any) (*Checker, error) {
	checker := &Checker{o: o}
	cp := newCompiler(o.NoFastPath)
	known := map[string]bool{}
	for _, declared := range c.Operations {
		op := cp.operation(declared)
		op.checker = checker
		known[op.Key()] = true
		if newBody := bodyTypes[op.Key()]; newBody != nil {
			t := reflect.TypeOf(newBody())
			if t == nil || t.Kind() != reflect.Pointer {
				return nil, fmt.Errorf("Options.BodyTypes has %v for %s, want a pointer", t, op.Key())
			}
			op.bind(newBody, t.Elem())
		}
		checker.Operations = append(checker.Operations, op)
	}
	for key := range bodyTypes {
		if !known[key] {
			return nil, fmt.Errorf("Options.BodyTypes has %q, which the contract does not have", key)
		}
	}
	return checker, nil
}

// A compiler compiles each schema once for each direction: an error's schema is in
// many responses.
type compiler struct {
	noFastPath bool
	programs   map[programKey]*fastpath.Program
	references map[fastpath.Direction]*reference.Compiler
}

type programKey struct {
	schema    *openapi3.Schema
	direction fastpath.Direction
}

func newCompiler(noFastPath bool) *compiler {
	cp := &compiler{noFastPath, map[programKey]*fastpath.Program{}, map[fastpath.Direction]*reference.Compiler{}}
	for _, d := range []fastpath.Direction{fastpath.Request, fastpath.Response} {
		cp.references[d] = reference.NewCompiler(d, func(s *openapi3.Schema, d fastpath.Direction) *fastpath.Program {
			if noFastPath {
				return nil
			}
			return fastpath.Compile(s, d)
		})
	}
	return cp
}

// program returns the compiled checks of a schema; nil, which always falls back, if
// there are none.
func (cp *compiler) program(ref *openapi3.SchemaRef, d fastpath.Direction) *fastpath.Program {
	if cp.noFastPath || ref == nil {
		return nil
	}
	key := programKey{ref.Value, d}
	program, ok := cp.programs[key]
	if !ok {
		program = fastpath.Compile(ref.Value, d)
		cp.programs[key] = program
	}
	return program
}

// reference returns what finds each violation of a schema.
func (cp *compiler) reference(ref *openapi3.SchemaRef, d fastpath.Direction) *reference.Schema {
	return cp.references[d].Schema(ref.Value)
}
