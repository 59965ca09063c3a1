package localnode

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

var errPortTaken = errors.New("another process has the port")

const probeTimeout = time.Second

// waitReady returns when the child replies at addr, or the reason why it does not.
func waitReady(ctx context.Context, addr string, c *child) error {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-c.done:
			// The server logs the error text of bind(2).
			if strings.Contains(c.output.String(), "Address already in use") {
				return errPortTaken
			}
			return fmt.Errorf("it ended: %v", c.cmd.ProcessState)
		case <-ctx.Done():
			return fmt.Errorf("no reply at %s: %w", addr, context.Cause(ctx))
		case <-tick.C:
		}
		ready, err := isReady(addr, c.cmd.Process.Pid)
		if ready || err != nil {
			return err
		}
	}
}

// isReady reports whether the server replies. An error reply such as NOAUTH, NOPERM
// or LOADING counts as a reply. The error is errPortTaken if the server at addr is
// another process.
func isReady(addr string, pid int) (bool, error) {
	s, err := dial(addr, probeTimeout)
	if err != nil {
		return false, nil
	}
	defer s.Close()
	var refused *ReplyError
	if _, err := s.Do("PING"); err != nil && !errors.As(err, &refused) {
		return false, nil
	}
	info, err := s.Do("INFO", "server")
	if errors.As(err, &refused) {
		return true, nil // INFO is not allowed; the port was free a moment ago
	}
	if err != nil {
		return false, nil
	}
	if !strings.Contains(info, "\r\nprocess_id:"+strconv.Itoa(pid)+"\r\n") {
		return false, errPortTaken
	}
	return true, nil
}
