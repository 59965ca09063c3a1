package httpserver

import (
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestALingeringConnectionIsClosedWhenItsCallerPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		caller, closed := linger(t)
		for range 3 {
			time.Sleep(lingerPause - time.Second)
			_, err := io.WriteString(caller, "x")
			assert.NoError(t, err)
		}
		began := time.Now()
		assert.Equal(t, lingerPause, (<-closed).Sub(began))
	})
}

func TestALingeringConnectionIsClosedAfterAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		caller, closed := linger(t)
		began := time.Now()
		for {
			time.Sleep(time.Second)
			if _, err := io.WriteString(caller, "x"); err != nil {
				break
			}
		}
		assert.Equal(t, lingerTime, (<-closed).Sub(began))
	})
}

// linger lets a connection linger. It returns the caller's end, and the time at
// which the server closes its own.
func linger(t *testing.T) (caller net.Conn, closed <-chan time.Time) {
	served, caller := net.Pipe()
	l := newLingerer()
	assert.True(t, l.add(&conn{Conn: served, raw: served}))
	at := make(chan time.Time, 1)
	go func() {
		l.stop(time.Hour) // returns when the connection has ended
		at <- time.Now()
	}()
	return caller, at
}
