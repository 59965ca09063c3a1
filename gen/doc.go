// Package gen has the models of openapi.yaml: the types of the API's bodies and
// parameters.
//
//	body, err := json.Marshal(gen.HangUpClientsRequest{
//		NodeID:      nodeID,
//		ClientAddrs: []string{"192.0.2.1:50312"},
//	})
//
// Package strictserver, below it, has the interface that a server implements, and
// package typedclient has a client with a method for each operation. Both take
// these models. This package imports the standard library alone.
//
// The models do not check what they hold: package validate does. Package client
// is the client to use in a program.
package gen
