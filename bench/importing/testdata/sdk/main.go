// Sdk kills sessions with the service's official SDK, signed.
package main

import (
	"fmt"
	"net/http"
	"os"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/basic"
	dcs "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/dcs/v2"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/dcs/v2/model"
)

func main() {
	if err := kill(os.Args[1], os.Args[2], os.Args[3], os.Args[4], os.Args[5:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func kill(endpoint, project, instance, node string, addrs []string) error {
	credentials, err := basic.NewCredentialsBuilder().
		WithAk(os.Getenv("DCS_ACCESS_KEY")).WithSk(os.Getenv("DCS_SECRET_KEY")).WithProjectId(project).SafeBuild()
	if err != nil {
		return err
	}
	h, err := dcs.DcsClientBuilder().WithEndpoints([]string{endpoint}).WithCredential(credentials).SafeBuild()
	if err != nil {
		return err
	}
	answer, err := dcs.NewDcsClient(h).HangUpClients(&model.HangUpClientsRequest{
		InstanceId: instance,
		Body:       &model.HangUpClientsRequestBody{NodeId: node, ClientAddrs: addrs},
	})
	if err != nil {
		return err
	}
	if answer.HttpStatusCode != http.StatusNoContent {
		return fmt.Errorf("status %d", answer.HttpStatusCode)
	}
	return nil
}
