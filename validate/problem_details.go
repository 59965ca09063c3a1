package validate

import (
	"encoding/json"
	"net/http"
)

// problemDetails answers with RFC 9457 problem details, and the violations as one
// more member.
type problemDetails struct{ expose bool }

func (p problemDetails) refuse(w http.ResponseWriter, _ *http.Request, vs Violations) {
	type found struct {
		In      Location `json:"in"`
		Pointer string   `json:"pointer,omitempty"`
		Rule    Rule     `json:"rule"`
		Detail  string   `json:"detail"`
	}
	problem := struct {
		Title      string  `json:"title"`
		Status     int     `json:"status"`
		Detail     string  `json:"detail"`
		Violations []found `json:"violations"`
	}{
		Title:  http.StatusText(vs[0].Status),
		Status: vs[0].Status,
		Detail: "the " + string(vs[0].Direction) + " violates the contract: " + vs[0].Message,
	}
	for _, one := range vs {
		detail := one.Message
		if p.expose && one.Err != nil {
			detail += ": " + one.Err.Error()
		}
		problem.Violations = append(problem.Violations, found{one.In, one.Pointer, one.Rule, detail})
	}
	body, err := json.Marshal(problem)
	if err != nil { // strings and numbers always encode
		panic(err)
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(problem.Status)
	w.Write(body)
}
