package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/dcs-sessions/dcs-sessions/client"
)

// A killReport is the JSON output of kill.
type killReport struct {
	Results []addrResult `json:"results"`
	Error   *callError   `json:"error,omitempty"`
}

type addrResult struct {
	Address string `json:"address"`
	Result  string `json:"result"` // closed, not killed, unknown
}

type callError struct {
	Status    int    `json:"status,omitempty"`
	Code      string `json:"code,omitempty"`
	Message   string `json:"message"`
	Details   string `json:"details,omitempty"`
	RequestID string `json:"request_id,omitempty"`
}

// showKill writes the result of each address. The error itself is the caller's
// to tell; JSON has it too, for programs.
func showKill(std stdio, asTable bool, addrs []string, callErr error) error {
	if asTable {
		w := tabwriter.NewWriter(std.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "PEER\tRESULT")
		for i, addr := range addrs {
			fmt.Fprintf(w, "%s\t%s\n", addr, resultOf(i, callErr))
		}
		return w.Flush()
	}
	report := killReport{Results: make([]addrResult, len(addrs))}
	for i, addr := range addrs {
		report.Results[i] = addrResult{addr, resultOf(i, callErr)}
	}
	var answer *client.Error
	if errors.As(callErr, &answer) {
		report.Error = &callError{answer.Status, answer.Code, answer.Message, answer.Details, answer.RequestID}
	} else if callErr != nil {
		report.Error = &callError{Message: callErr.Error()}
	}
	enc := json.NewEncoder(std.out)
	enc.SetIndent("", "  ")
	return enc.Encode(report)
}
