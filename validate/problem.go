package validate

import (
	"encoding/json"
	"net/http"
)

// problems answers with RFC 9457 problem details, and one member more: where the
// violations are.
type problems struct{ details bool }

func (p problems) refuse(w http.ResponseWriter, _ *http.Request, vs Violations) {
	type found struct {
		In      Where  `json:"in"`
		Pointer string `json:"pointer,omitempty"`
		Rule    string `json:"rule"`
		Detail  string `json:"detail"`
	}
	problem := struct {
		Title      string  `json:"title"`
		Status     int     `json:"status"`
		Detail     string  `json:"detail"`
		Violations []found `json:"violations"`
	}{
		Title:  http.StatusText(vs[0].Status),
		Status: vs[0].Status,
		Detail: "the " + string(vs[0].Direction) + " does not keep to the contract: " + vs[0].Message,
	}
	for _, one := range vs {
		detail := one.Message
		if p.details && one.Err != nil {
			detail += ": " + one.Err.Error()
		}
		problem.Violations = append(problem.Violations, found{one.Where, one.Pointer, one.Rule, detail})
	}
	body, err := json.Marshal(problem)
	if err != nil { // strings and numbers always encode
		panic(err)
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(problem.Status)
	w.Write(body)
}
