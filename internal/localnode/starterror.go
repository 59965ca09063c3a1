package localnode

import "fmt"

// A StartError says why a server did not start.
type StartError struct {
	Binary string
	Output string // the last lines that the server printed; may be empty
	Err    error
}

func (e *StartError) Error() string {
	msg := fmt.Sprintf("localnode: %s did not start: %v", e.Binary, e.Err)
	if e.Output != "" {
		msg += "\n" + e.Output
	}
	return msg
}

func (e *StartError) Unwrap() error { return e.Err }
