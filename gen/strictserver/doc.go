// Package strictserver has the interface that a server of openapi.yaml
// implements, with a type for each request and each response, and the HTTP
// handlers that call it.
//
//	type server struct{ strictserver.StrictServerInterface }
//
//	func (server) ShowJobInfo(ctx context.Context, r strictserver.ShowJobInfoRequestObject) (strictserver.ShowJobInfoResponseObject, error) {
//		return strictserver.ShowJobInfo200Response{Body: gen.Job{JobID: r.JobID, Status: gen.SUCCESS}}, nil
//	}
//
//	handler := strictserver.Handler(strictserver.NewStrictHandler(server{}, nil))
//
// Operations returns the same handlers one by one, for package validate, which
// routes by itself and hands over the body that it has decoded.
//
// The handlers do not validate, authenticate or set X-Request-Id. A method
// returns a Go error for each response that is not success.
package strictserver
