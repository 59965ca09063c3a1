package validate

import (
	"fmt"
	"sync/atomic"
)

// A Mode says what happens to a message that violates the contract.
type Mode int32

// The modes. The zero value is the strict one.
const (
	Enforce Mode = iota // it is refused
	Observe             // it is reported, and passes unchanged
	Off                 // messages are not checked
)

var modeNames = [...]string{Enforce: "enforce", Observe: "observe", Off: "off"}

// String returns enforce, observe or off.
func (m Mode) String() string {
	if m < 0 || int(m) >= len(modeNames) {
		return fmt.Sprintf("Mode(%d)", int32(m))
	}
	return modeNames[m]
}

// ParseMode reads what String writes.
func ParseMode(text string) (Mode, error) {
	for m, name := range modeNames {
		if text == name {
			return Mode(m), nil
		}
	}
	return Enforce, fmt.Errorf("validate: %q is not enforce, observe or off", text)
}

// modes holds the mode of each direction; it may change while messages pass.
type modes struct{ request, response atomic.Int32 }

func (m *modes) of(d Direction) *atomic.Int32 {
	if d == Request {
		return &m.request
	}
	return &m.response
}

func (m *modes) get(d Direction) Mode     { return Mode(m.of(d).Load()) }
func (m *modes) set(d Direction, to Mode) { m.of(d).Store(int32(to)) }

// SetMode changes the mode of one direction for every operation, and for requests
// of no operation. Messages under way keep the mode that they began with.
func (v *Validator) SetMode(d Direction, m Mode) {
	v.modes.set(d, m)
	for _, op := range v.operations {
		op.modes.set(d, m)
	}
}

// SetOperationMode changes the mode of one direction for one operation, until
// SetMode is called. It returns an error if the contract has no such
// operationId.
func (v *Validator) SetOperationMode(operationID string, d Direction, m Mode) error {
	for _, op := range v.operations {
		if op.ID == operationID {
			op.modes.set(d, m)
			return nil
		}
	}
	return fmt.Errorf("validate: the contract has no operation %q", operationID)
}
