package logtest_test

import (
	"log/slog"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/logtest"
)

func TestRecordsReturnsTheRecordsOfOneMessageInOrder(t *testing.T) {
	var b logtest.Buffer
	log := slog.New(slog.NewJSONHandler(&b, nil))
	log.Info("request", "n", 1)
	log.Info("stopping")
	log.Info("request", "n", 2)
	records := b.Records(t, "request")
	require.Len(t, records, 2)
	assert.EqualValues(t, 1, records[0]["n"])
	assert.EqualValues(t, 2, records[1]["n"])
	assert.Empty(t, b.Records(t, "panic"))
}

func TestABufferCanBeReadWhileItIsWritten(t *testing.T) {
	var b logtest.Buffer
	log := slog.New(slog.NewJSONHandler(&b, nil))
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 100 {
				log.Info("request")
				b.Records(t, "request")
			}
		})
	}
	wg.Wait()
	assert.Len(t, b.Records(t, "request"), 400)
}
