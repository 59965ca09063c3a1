package bench

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	nethttpmiddleware "github.com/oapi-codegen/nethttp-middleware"
	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi-validator/config"

	dcssessions "github.com/dcs-sessions/dcs-sessions"
	"github.com/dcs-sessions/dcs-sessions/gen/strictserver"
	"github.com/dcs-sessions/dcs-sessions/validate"
)

// Each function here puts one validator around a handler, as the validator's
// documentation shows. None of them authenticates.

// oursKill routes by the contract, and checks and binds the body in one pass.
func oursKill(tb testing.TB) http.Handler {
	v, err := validate.New(dcssessions.Contract(), validate.Options{BodyTypes: strictserver.RequestBodies()})
	if err != nil {
		tb.Fatal(err)
	}
	h, err := v.Handler(strictserver.Operations(strictServer{}, strictserver.StrictHTTPServerOptions{}))
	if err != nil {
		tb.Fatal(err)
	}
	return h
}

// oursList routes by the contract too.
func oursList(tb testing.TB, contract []byte, o operation) http.Handler {
	v, err := validate.New(contract, validate.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	h, err := v.Handler(map[string]http.Handler{"ListClients": o})
	if err != nil {
		tb.Fatal(err)
	}
	return h
}

func ours(tb testing.TB, contract []byte, next http.Handler) http.Handler {
	v, err := validate.New(contract, validate.Options{BodyTypes: bodiesOf(contract)})
	if err != nil {
		tb.Fatal(err)
	}
	return v.Middleware(next)
}

// bodiesOf returns the body types of the operations that the contract has.
func bodiesOf(contract []byte) map[string]func() any {
	if bytes.Equal(contract, dcssessions.Contract()) {
		return strictserver.RequestBodies()
	}
	return nil
}

// loadKin removes the servers, because kin-openapi would compare the host.
func loadKin(tb testing.TB, contract []byte) *openapi3.T {
	doc, err := openapi3.NewLoader().LoadFromData(contract)
	if err != nil {
		tb.Fatal(err)
	}
	doc.Servers = nil
	return doc
}

// nethttpMiddleware checks requests only.
func nethttpMiddleware(tb testing.TB, contract []byte, next http.Handler) http.Handler {
	return nethttpmiddleware.OapiRequestValidatorWithOptions(loadKin(tb, contract), &nethttpmiddleware.Options{
		Options: openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
		ErrorHandlerWithOpts: func(_ context.Context, _ error, w http.ResponseWriter, _ *http.Request, o nethttpmiddleware.ErrorHandlerOpts) {
			w.WriteHeader(o.StatusCode)
		},
	})(next)
}

// kin is strict, because only then it buffers and can refuse a response.
func kin(tb testing.TB, contract []byte, next http.Handler) http.Handler {
	router, err := gorillamux.NewRouter(loadKin(tb, contract))
	if err != nil {
		tb.Fatal(err)
	}
	return openapi3filter.NewValidator(router,
		openapi3filter.Strict(true),
		openapi3filter.OnLog(func(context.Context, string, error) {}),
		openapi3filter.OnErr(func(_ context.Context, w http.ResponseWriter, status int, _ openapi3filter.ErrCode, _ error) {
			w.WriteHeader(status)
		}),
		openapi3filter.ValidationOptions(openapi3filter.Options{
			AuthenticationFunc:    openapi3filter.NoopAuthenticationFunc,
			IncludeResponseStatus: true,
			KeepValidatedValue:    true, // spares the handler the second decoding
		}),
	).Middleware(next)
}

// libopenapiValidator has no middleware of its own, so the response is buffered in the
// simplest way that it accepts.
func libopenapiValidator(tb testing.TB, contract []byte, next http.Handler) http.Handler {
	doc, err := libopenapi.NewDocument(contract)
	if err != nil {
		tb.Fatal(err)
	}
	v, errs := validator.NewValidator(doc, config.WithoutSecurityValidation())
	if len(errs) > 0 {
		tb.Fatal(errs)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if ok, _ := v.ValidateHttpRequestSync(r); !ok {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		held := &heldResponse{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(held, r)
		if ok, _ := v.ValidateHttpResponse(r, &http.Response{
			StatusCode: held.status, Header: held.Header(), Body: io.NopCloser(bytes.NewReader(held.body.Bytes())),
		}); !ok {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		w.WriteHeader(held.status)
		w.Write(held.body.Bytes())
	})
}

type heldResponse struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (h *heldResponse) WriteHeader(status int)      { h.status = status }
func (h *heldResponse) Write(p []byte) (int, error) { return h.body.Write(p) }

// humaKill declares the kill in huma's way, with the constraints of the contract. huma
// checks requests only.
func humaKill(_ testing.TB) http.Handler {
	mux := http.NewServeMux()
	api := humago.New(mux, huma.DefaultConfig("DCS sessions", "2.0.0"))
	huma.Register(api, huma.Operation{
		OperationID: "HangUpClients", Method: http.MethodPost, Path: killTemplate,
		DefaultStatus: http.StatusNoContent,
	}, func(_ context.Context, in *humaKillInput) (*humaKillOutput, error) {
		return &humaKillOutput{RequestID: requestID}, nil
	})
	return mux
}

type humaKillInput struct {
	ProjectID  string `path:"project_id" pattern:"^[A-Za-z0-9_-]{1,64}$"`
	InstanceID string `path:"instance_id" pattern:"^[A-Za-z0-9_-]{1,64}$"`
	Body       struct {
		NodeID      string     `json:"node_id" pattern:"^[A-Za-z0-9_-]{1,64}$"`
		ClientAddrs []humaAddr `json:"client_addrs" minItems:"1" maxItems:"10000"`
	}
}

type humaKillOutput struct {
	RequestID string `header:"X-Request-Id"`
}

type humaAddr string

// Schema implements huma.SchemaProvider, because a tag cannot constrain the items of an
// array.
func (humaAddr) Schema(huma.Registry) *huma.Schema {
	longest := 53
	s := &huma.Schema{
		Type: huma.TypeString, MaxLength: &longest,
		Pattern: `^([0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}|\[[0-9A-Fa-f:.]{2,45}\]):[1-9][0-9]{0,4}$`,
	}
	s.PrecomputeMessages()
	return s
}
