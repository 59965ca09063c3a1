package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dcs-sessions/dcs-sessions/client"
)

// A usageError is a mistake in the command line, or in a file that it names.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func isUsage(err error) bool { return errors.As(err, new(usageError)) }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// A nodeError is the error of one node.
type nodeError struct {
	Node string
	Err  error
}

func (e *nodeError) Error() string { return "node " + e.Node + ": " + e.Err.Error() }
func (e *nodeError) Unwrap() error { return e.Err }

// nodeErrors are the errors of several nodes. They print on one line.
type nodeErrors []error

func (e nodeErrors) Unwrap() []error { return e }

func (e nodeErrors) Error() string {
	texts := make([]string, len(e))
	for i, err := range e {
		texts[i] = err.Error()
	}
	return strings.Join(texts, "; ")
}

// join is [errors.Join], but prints on one line.
func join(errs ...error) error {
	errs = slices.DeleteFunc(errs, func(err error) bool { return err == nil })
	switch len(errs) {
	case 0:
		return nil
	case 1:
		return errs[0]
	}
	return nodeErrors(errs)
}

// A callError is an error in JSON output, with the response of the API if there
// is one.
type callError struct {
	Status    int    `json:"status,omitempty"`
	Code      string `json:"code,omitempty"`
	Message   string `json:"message"`
	Details   string `json:"details,omitempty"`
	RequestID string `json:"request_id,omitempty"`
}

// A failedNode is a node that could not be listed.
type failedNode struct {
	Node string `json:"node_id"`
	callError
}

func callErrorOf(err error) *callError {
	var response *client.Error
	switch several := nodeErrors(nil); {
	case err == nil:
		return nil
	case !errors.As(err, &several) && errors.As(err, &response):
		return &callError{response.Status, response.Code, response.Message, response.Details, response.RequestID}
	}
	return &callError{Message: err.Error()}
}

// failedNodes returns the nodes in an error of several nodes.
func failedNodes(err error) (failed []failedNode) {
	var one *nodeError
	if several := nodeErrors(nil); errors.As(err, &several) {
		for _, err := range several {
			failed = append(failed, failedNodes(err)...)
		}
	} else if errors.As(err, &one) {
		failed = append(failed, failedNode{one.Node, *callErrorOf(one.Err)})
	}
	return failed
}
