// Package typedclient has a client with a method for each operation of
// openapi.yaml, and a function that builds each request.
//
//	c, err := typedclient.NewClientWithResponses("https://dcs.example.com")
//	response, err := c.ShowJobInfoWithResponse(ctx, projectID, jobID)
//	// response.JSON200 is the job, response.JSONDefault the API's error
//
// It does not authenticate, retry or turn a status into an error: package client
// does.
package typedclient
