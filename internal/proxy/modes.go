package proxy

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/dcs-sessions/dcs-sessions/validate"
)

// Modes holds the mode of each direction, and of the operations that have modes of
// their own.
type Modes struct {
	Request    string                    `json:"request"`
	Response   string                    `json:"response"`
	Operations map[string]OperationModes `json:"operations,omitempty"`
}

// OperationModes holds the modes of one operation. An empty mode means that of
// [Modes].
type OperationModes struct {
	Request  string `json:"request,omitempty"`
	Response string `json:"response,omitempty"`
}

var directions = [...]validate.Direction{validate.Request, validate.Response}

// of returns the mode of a direction for an operation. The operation "" stands for
// all that have no modes of their own.
func (m Modes) of(operation string, d validate.Direction) validate.Mode {
	text := cmp.Or(m.Operations[operation].Request, m.Request)
	if d == validate.Response {
		text = cmp.Or(m.Operations[operation].Response, m.Response)
	}
	mode, _ := validate.ParseMode(text) // check has parsed it before
	return mode
}

// check returns an error for the first mode that is invalid.
func (m Modes) check() error {
	if m.Request == "" || m.Response == "" {
		return errors.New("request and response must be given: enforce, observe or off")
	}
	for _, id := range append([]string{""}, slices.Sorted(maps.Keys(m.Operations))...) {
		place, modes := "operations."+id+".", m.Operations[id]
		if id == "" {
			place, modes = "", OperationModes{m.Request, m.Response}
			if _, given := m.Operations[""]; given {
				return errors.New("operations has an empty name")
			}
		}
		for _, of := range [...]struct{ name, mode string }{{"request", modes.Request}, {"response", modes.Response}} {
			if _, err := validate.ParseMode(of.mode); err != nil && of.mode != "" {
				return fmt.Errorf("%s%s is %q, not enforce, observe or off", place, of.name, of.mode)
			}
		}
	}
	return nil
}

// apply sets the modes of a new validator. It returns the modes without those of
// operations that the contract does not have, and the names of these operations.
func (m Modes) apply(v *validate.Validator) (kept Modes, dropped []string, err error) {
	if err := m.check(); err != nil {
		return m, nil, err
	}
	kept = Modes{Request: m.Request, Response: m.Response, Operations: map[string]OperationModes{}}
	for _, d := range directions {
		v.SetMode(d, m.of("", d))
	}
	for _, id := range slices.Sorted(maps.Keys(m.Operations)) {
		kept.Operations[id] = m.Operations[id]
		for _, d := range directions {
			if v.SetOperationMode(id, d, m.of(id, d)) != nil {
				delete(kept.Operations, id)
				dropped = append(dropped, id)
				break
			}
		}
	}
	return kept, dropped, nil
}

// Modes returns the current modes.
func (p *Proxy) Modes() Modes {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.modes
}

// SetModes changes the modes. Messages in progress keep theirs. If it returns an
// error, it has changed nothing.
func (p *Proxy) SetModes(to Modes) error {
	if err := to.check(); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	v, from := p.current.Load().validator, p.modes
	for id := range to.Operations { // setting the current mode again finds unknown operations
		if v.SetOperationMode(id, validate.Request, from.of(id, validate.Request)) != nil {
			return fmt.Errorf("the contract has no operation %q", id)
		}
	}
	for _, d := range directions {
		if from.of("", d) != to.of("", d) {
			v.SetMode(d, to.of("", d)) // this resets all operations, so their own modes are set again below
		}
		for _, ids := range []map[string]OperationModes{from.Operations, to.Operations} {
			for id := range ids {
				if err := v.SetOperationMode(id, d, to.of(id, d)); err != nil {
					return err // cannot happen: the operation was found above
				}
			}
		}
	}
	p.modes = to
	p.o.Log.Info("modes set", "modes", to)
	return nil
}
