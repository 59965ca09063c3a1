package proxy

import "net/http"

// unknown stands for the operation of a request that has none, or one that the
// contract gives no operationId.
const unknown = "unknown"

func (c *contract) operationOf(r *http.Request) string {
	if id := c.validator.OperationID(r); id != "" {
		return id
	}
	return unknown
}
