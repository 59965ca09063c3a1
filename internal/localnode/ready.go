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

// waitReady returns once the child answers at addr, or tells why it does not.
func waitReady(ctx context.Context, addr string, c *child) error {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-c.done:
			// bind(2)'s own words, in the server's log.
			if strings.Contains(c.output.String(), "Address already in use") {
				return errPortTaken
			}
			return fmt.Errorf("it ended: %v", c.exit)
		case <-ctx.Done():
			return fmt.Errorf("no answer at %s: %w", addr, context.Cause(ctx))
		case <-tick.C:
		}
		answers, err := answers(addr, c.cmd.Process.Pid)
		if answers || err != nil {
			return err
		}
	}
}

// answers tells whether a server is there. A refusal such as NOAUTH, NOPERM or
// LOADING is an answer too. The error is errPortTaken if the server is one that
// someone else started on this port in the meantime.
func answers(addr string, pid int) (bool, error) {
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
		return true, nil // it may not be asked; the port was free a moment ago
	}
	if err != nil {
		return false, nil
	}
	if !strings.Contains(info, "\r\nprocess_id:"+strconv.Itoa(pid)+"\r\n") {
		return false, errPortTaken
	}
	return true, nil
}
