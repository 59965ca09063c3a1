package proxy

import (
	"context"
	"io"
	"time"
)

// A watchedBody tells when it cannot be read to its end.
type watchedBody struct {
	io.ReadCloser
	failed func(error)
}

func (b *watchedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		b.failed(err)
	}
	return n, err
}

// A promptBody is a response's. While it is read to be checked, each part must
// come in time; what is passed on may take as long as it likes.
type promptBody struct {
	io.ReadCloser
	exchange *exchange
	timeout  time.Duration
	cancel   context.CancelFunc // of the request to the upstream
}

func (b *promptBody) Read(p []byte) (int, error) {
	if b.exchange.answered {
		return b.ReadCloser.Read(p)
	}
	late := time.AfterFunc(b.timeout, func() {
		b.exchange.late.Store(true)
		b.cancel()
	})
	defer late.Stop()
	return b.ReadCloser.Read(p)
}

func (b *promptBody) Close() error {
	defer b.cancel()
	return b.ReadCloser.Close()
}
