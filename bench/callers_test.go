package bench

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/basic"
	dcs "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/dcs/v2"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/dcs/v2/model"

	dcssessions "github.com/dcs-sessions/dcs-sessions"
	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/dcs-sessions/dcs-sessions/gen"
	"github.com/dcs-sessions/dcs-sessions/signature"
	"github.com/dcs-sessions/dcs-sessions/validate"
)

const (
	project  = "8f7ee18188e249b7a4bf81f18f93a135"
	instance = "0f8a9d2c-5b1e-4c33-b0a6-d1f0a8d1c9e4"
)

var key = signature.Key{AccessKeyID: "QTWAOYTTINDUT2QVKYUC", SecretKey: "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc"}

// A caller kills at one endpoint. Any response other than 204 is an error.
type caller func(gen.HangUpClientsRequest) error

var callers = []struct {
	name  string
	signs bool
	to    func(testing.TB, string) caller
}{
	{"sdk", true, sdkCaller},
	{"ours", true, func(tb testing.TB, endpoint string) caller { return ourCaller(tb, endpoint, nil) }},
	{"validated", true, validatedCaller},
	{"floor", false, floorCaller},
}

// sdkCaller uses the official SDK as its documentation shows. It has the project's id, so
// that the SDK need not request it.
func sdkCaller(tb testing.TB, endpoint string) caller {
	credentials, err := basic.NewCredentialsBuilder().
		WithAk(key.AccessKeyID).WithSk(key.SecretKey).WithProjectId(project).SafeBuild()
	if err != nil {
		tb.Fatal(err)
	}
	h, err := dcs.DcsClientBuilder().WithEndpoints([]string{endpoint}).WithCredential(credentials).SafeBuild()
	if err != nil {
		tb.Fatal(err)
	}
	c := dcs.NewDcsClient(h)
	return func(kill gen.HangUpClientsRequest) error {
		answer, err := c.HangUpClients(&model.HangUpClientsRequest{
			InstanceId: instance,
			Body:       &model.HangUpClientsRequestBody{NodeId: kill.NodeID, ClientAddrs: kill.ClientAddrs},
		})
		if err == nil && answer.HttpStatusCode != http.StatusNoContent {
			err = fmt.Errorf("status %d", answer.HttpStatusCode)
		}
		return err
	}
}

func ourCaller(tb testing.TB, endpoint string, transport http.RoundTripper) caller {
	c, err := client.New(endpoint, client.Options{Credentials: client.AccessKey(key), Transport: transport})
	if err != nil {
		tb.Fatal(err)
	}
	return func(kill gen.HangUpClientsRequest) error {
		_, err := c.Instance(project, instance).Kill(context.Background(), kill.NodeID, client.Addrs(kill.ClientAddrs...))
		return err
	}
}

func validatedCaller(tb testing.TB, endpoint string) caller {
	v, err := validate.New(dcssessions.Contract(), validate.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	return ourCaller(tb, endpoint, v.Transport(nil))
}

// floorCaller shows the cost of net/http itself: the same request without a signature.
func floorCaller(_ testing.TB, endpoint string) caller {
	c := http.Client{Timeout: client.DefaultTimeout} // the others have one too
	url := endpoint + killPath
	return func(kill gen.HangUpClientsRequest) error {
		resp, err := c.Post(url, "application/json", bytes.NewReader(marshal(kill)))
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			return err
		}
		if resp.StatusCode != http.StatusNoContent {
			return fmt.Errorf("status %d", resp.StatusCode)
		}
		return nil
	}
}
